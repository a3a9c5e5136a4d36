import koffi from 'koffi';
import notify from 'systemd-notify';

/** The supervisor of the process: systemd, or nobody. */
export interface ServiceManager {
  /** Tells that the service is up, with one line of status. */
  ready(status: string): void;
  /** One line of status, shown by `systemctl status`. */
  status(text: string): void;
  /** One watchdog ping. */
  ping(): void;
  /** Tells that the service is on its way down. */
  stopping(): void;
  /** How often pings are due, ms; undefined: no watchdog is set. */
  readonly watchdogMs: number | undefined;
}

type SdNotify = (unsetEnvironment: number, state: string) => number;

/** libsystemd's sd_notify(3); undefined where the library is not there. */
function loadSdNotify(): SdNotify | undefined {
  try {
    return koffi
      .load('libsystemd.so.0')
      .func('int sd_notify(int unset_environment, const char *state)') as SdNotify;
  } catch {
    return undefined;
  }
}

/**
 * The supervisor named by the environment (sd_notify(3): NOTIFY_SOCKET, WATCHDOG_USEC). Readiness and
 * status go through the systemd-notify tool, which is slow to spawn and never awaited (ruling 35);
 * pings go through libsystemd, in this process.
 *
 * @param warn gets one line if a supervisor is there but cannot be told.
 */
export function serviceManager(env: NodeJS.ProcessEnv, warn: (message: string) => void): ServiceManager {
  const silent = { ready() {}, status() {}, ping() {}, stopping() {}, watchdogMs: undefined };
  if (!env.NOTIFY_SOCKET) return silent;
  const sdNotify = loadSdNotify();
  if (!sdNotify) warn('libsystemd.so.0 cannot be loaded: no watchdog pings are sent');
  const usec = Number(env.WATCHDOG_USEC);
  const told = (what: Promise<unknown>): void => {
    what.catch((error: Error) => warn(`systemd-notify: ${error.message}`));
  };
  return {
    ready(status) {
      told(notify({ ready: true, status, pid: process.pid }));
    },
    status(text) {
      // The tool takes tens of ms of another process; a status line is worth no more than this call.
      if (sdNotify) sdNotify(0, `STATUS=${text}`);
      else told(notify({ status: text }));
    },
    ping() {
      sdNotify?.(0, 'WATCHDOG=1');
    },
    stopping() {
      sdNotify?.(0, 'STOPPING=1');
    },
    watchdogMs: usec > 0 ? usec / 1000 : undefined,
  };
}
