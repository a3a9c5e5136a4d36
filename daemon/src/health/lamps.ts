/** How a lamp shines. `slow`: half a second on, half a second off; `fast`: four times a second; `blip`: short, each two seconds. */
export type Shine = 'off' | 'on' | 'slow' | 'fast' | 'blip';

/** What the lamps tell of the box. */
export interface LampPicture {
  /** The daemon serves. */
  ready: boolean;
  /** Somebody has claimed the box (ruling 19). */
  claimed: boolean;
  /** The worst alarm that stands. */
  alarm: 'none' | 'warning' | 'critical';
  /** The line card answers. */
  card: boolean;
  /** An update is being written, or all is being wiped. */
  working: boolean;
  ports: readonly { number: number; state: PortLamp }[];
}

export type PortLamp = 'idle' | 'ringing' | 'busy' | 'lifeline' | 'trouble';

/**
 * Which lamp shines how, by its name under /sys/class/leds; the language is written down in docs/installer. One look at
 * the status lamp tells whether to do anything: green is well, red wants somebody.
 */
export function lampsOf(picture: LampPicture): ReadonlyMap<string, Shine> {
  const [green, red] = statusOf(picture);
  const lamps = new Map<string, Shine>([
    ['linegate:power', 'on'],
    ['linegate:status:green', green],
    ['linegate:status:red', red],
    ['linegate:lifeline', picture.ports.some(({ state }) => state === 'lifeline') ? 'on' : 'off'],
  ]);
  for (const { number, state } of picture.ports) {
    const [portGreen, portRed] = ofPort[state];
    lamps.set(`linegate:port${number}:green`, portGreen);
    lamps.set(`linegate:port${number}:red`, portRed);
  }
  return lamps;
}

function statusOf({ ready, claimed, alarm, card, working }: LampPicture): [green: Shine, red: Shine] {
  if (working) return ['fast', 'off'];
  if (!ready) return ['off', 'on'];
  if (alarm === 'critical' || !card) return ['off', 'slow'];
  if (!claimed) return ['slow', 'off'];
  return alarm === 'warning' ? ['on', 'blip'] : ['on', 'off'];
}

const ofPort: Readonly<Record<PortLamp, [green: Shine, red: Shine]>> = {
  idle: ['off', 'off'],
  ringing: ['fast', 'off'],
  busy: ['on', 'off'],
  lifeline: ['blip', 'off'],
  trouble: ['off', 'on'],
};

/** Whether a lamp is lit at a moment. `ms`: of a clock that all lamps share, so that they blink together. */
export function isLit(shine: Shine, ms: number): boolean {
  switch (shine) {
    case 'off':
      return false;
    case 'on':
      return true;
    case 'slow':
      return ms % 1000 < 500;
    case 'fast':
      return ms % 250 < 125;
    case 'blip':
      return ms % 2000 < 250;
  }
}
