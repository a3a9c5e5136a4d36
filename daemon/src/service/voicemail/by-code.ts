import type { CodeHandler } from '../feature-codes.ts';
import type { Reach } from '../reach.ts';

/** The code that lets a telephone's owner hear messages. */
export const listenByCode =
  (reach: Reach): CodeHandler =>
  async ({ dialer, origin }) => {
    const { caller, rights } = dialer;
    const attempt = reach.hosted('mailbox', 'any', {
      ...{ caller, rights, from: origin },
      ring: 'internal',
      pressOne: true,
    });
    const seed = {
      direction: 'internal',
      service: 'voicemail',
      ...(caller.number === undefined ? {} : { callerNumber: caller.number }),
      ...(caller.name === undefined ? {} : { callerName: caller.name }),
      ...(rights.person === undefined ? {} : { calledBy: rights.person }),
    } as const;
    return { kind: 'attempt', resolution: { kind: 'attempt', attempt, seed } };
  };
