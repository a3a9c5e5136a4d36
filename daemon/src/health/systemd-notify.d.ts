declare module 'systemd-notify' {
  /** Runs the systemd-notify tool with these options; rejects if it fails. */
  export default function notify(options: { ready?: boolean; status?: string; pid?: number }): Promise<void>;
}
