/** What goes over the simulator's live socket; the page imports these types. */

/** A device as the page shows it; which fields are there depends on `kind`. */
export interface DeviceView {
  id: string;
  kind: 'telephone' | 'pbx-trunk' | 'city-line' | 'pbx-extension';
  volts: number;
  milliamps: number;
  reversed: boolean;
  speaking: boolean;
  ringing: boolean;
  /** Telephones and PBX trunks. */
  offHook?: boolean;
  bell?: boolean;
  bursts?: number;
  stuckHook?: boolean;
  callerId?: { number?: string; name?: string; absence?: string; scheme: string };
  billing?: boolean;
  /** Digits that the PBX sends by itself, as the layout suggests. */
  burst?: string;
  /** Lines. */
  state?: string;
  seized?: boolean;
  dead?: boolean;
  parallel?: boolean;
  digits?: string;
  talkDigits?: string;
}

export interface SocketView {
  port: number;
  kind: 'fxs' | 'fxo';
  plugged: string;
  /** Joined by the relay; null: this port has none. */
  lifeline: boolean | null;
  audio: boolean;
  foreignVolts: number;
  device: DeviceView | null;
}

export interface LinkFaultsView {
  corrupt: number;
  drop: number;
  delayMs: number;
  mute: boolean;
}

export interface OfficeView {
  ms: number;
  path: string | null;
  tcp: string | null;
  plugged: boolean;
  faults: LinkFaultsView;
  /** How often the clock was set back for a late machine, and milliseconds spent waiting for the host's audio. */
  slips: number;
  waits: number;
  card: {
    session: boolean;
    bootId: number;
    coding: 'linear' | 'alaw';
    counters: Record<string, number>;
    lifeline: { fxs: number; fxo: number; joined: boolean }[];
  };
  sockets: SocketView[];
}

export interface EventView {
  device: string;
  type: string;
  /** Office time, ms. */
  at: number;
  [detail: string]: unknown;
}

/** Text messages to the page. */
export type ToPage =
  | { state: OfficeView }
  | { event: EventView }
  | { reply: number; error?: string }
  | { error: string };

/** Text messages from the page. */
export type FromPage =
  | { id: number; device: string; action: string; body?: Record<string, unknown> }
  | { id: number; fault: string; body?: Record<string, unknown> }
  | { listen: string | null }
  | { talk: string | null };
