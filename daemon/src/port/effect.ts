import type { CardCommand, CardIndication } from '../line/card.ts';
import type { Detection, HeardCallerId, PlaySource, ProgressTone, ToneEvidence } from '../media/api.ts';

/** What a port's machine asks of the world. `tag`, where given, brings the outcome back as an event. */
export type PortEffect =
  | { type: 'command'; command: CardCommand; tag?: string }
  | { type: 'timer'; name: string; ms: number }
  | { type: 'cancel'; names: readonly string[] }
  | { type: 'detect'; detection: Detection }
  | { type: 'play'; source: PlaySource; tag?: string }
  | { type: 'stop' };

/** What every port's machine hears of the world. */
export type PortEvent =
  /** The card is up and has this port. */
  | { type: 'up' }
  | { type: 'down'; reason: string }
  | { type: 'indication'; indication: CardIndication }
  | { type: 'timer'; name: string }
  /** A command with a tag was acknowledged; a play with a tag came to its end. */
  | { type: 'done'; tag: string }
  /** A command with a tag failed, or a play with a tag was stopped or replaced. */
  | { type: 'failed'; tag: string; code: string; message: string }
  | { type: 'digit'; key: string }
  | { type: 'tone'; tone: ProgressTone; evidence?: ToneEvidence }
  | { type: 'ringback-stopped' }
  | { type: 'voice' }
  | { type: 'silence' }
  | { type: 'level'; toneDbm0: number; totalDbm0: number }
  | ({ type: 'caller-id' } & HeardCallerId)
  | { type: 'caller-id-begun' }
  | { type: 'aon-request' };

/** A command of the card to one port, without the port. */
export type PortCommandBody = CardCommand extends infer C
  ? C extends { port: number }
    ? Omit<C, 'port'>
    : never
  : never;

/** Makes the command effects of one port. */
export function portCommand(port: number) {
  return (body: PortCommandBody, tag?: string): Extract<PortEffect, { type: 'command' }> => ({
    type: 'command',
    command: { ...body, port } as CardCommand,
    ...(tag ? { tag } : {}),
  });
}
