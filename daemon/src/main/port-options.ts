import type { Config, FxoPortConfig, FxsPortConfig } from '../config/schema.ts';
import type { CountryProfile } from '../media/dsp/profile.ts';
import type { PortOptions } from '../port/ports.ts';

/** What the ports of a configuration are to be, in the country's profile. Ports turned off are left out. */
export function portOptions(config: Config, profile: CountryProfile): PortOptions[] {
  return config.ports
    .filter((port) => port.enabled)
    .map((port) => (port.kind === 'fxs' ? fxsOptions(port, profile) : fxoOptions(port, profile)));
}

function fxsOptions(port: FxsPortConfig, profile: CountryProfile): PortOptions {
  return {
    kind: 'fxs',
    number: port.number,
    country: profile.country,
    rxGainDb: 0,
    txGainDb: 0,
    farEnd: port.role === 'pbx-line' ? 'pbx' : 'telephone',
    ...(port.role === 'fax' ? { modem: 'fax' } : port.role === 'modem' ? { modem: 'data' } : {}),
    ringCadence: profile.ring.cadence,
    ...(port.callerId === 'off'
      ? {}
      : { callerId: { scheme: port.callerId, delayMs: profile.callerId.delayMs } }),
    polarityOnAnswer: port.polarityOnAnswer,
    currentBreakMs: port.currentBreakMs,
    pulseDialing: port.pulseDialing,
    hook: { flashMin: port.flashMinMs, flashMax: port.flashMaxMs },
  };
}

function fxoOptions(port: FxoPortConfig, profile: CountryProfile): PortOptions {
  const [minMs, maxMs] = profile.supervision.loopBreakMs;
  return {
    kind: 'fxo',
    number: port.number,
    country: profile.country,
    rxGainDb: 0,
    txGainDb: 0,
    role: port.role,
    dialMethod: port.dialMethod,
    waitForDialTone: { timeoutMs: port.waitForDialToneMs, otherwise: port.withoutDialTone },
    dialDelayMs: 100,
    dtmf: { onMs: profile.dial.dtmf.onMs, offMs: profile.dial.dtmf.offMs },
    pulse: profile.dial.pulse,
    answerSupervision: {
      polarity: port.answerByPolarity,
      ringbackStop: true,
      voice: true,
      timerMs: port.answerTimerMs,
    },
    releaseSupervision: {
      loopBreak: { minMs, maxMs },
      polarity: port.releaseByPolarity,
      busyTone: true,
      dialTone: true,
      silenceMs: 0,
    },
    maxCallMs: port.maxCallMinutes * 60_000,
    ringTimeoutMs: port.ringTimeoutMs,
    idleGuardMs: port.idleGuardMs,
    callerId: { waitMs: port.callerIdWaitMs, beforeRing: profile.callerId.beforeRing },
    flashMs: profile.dial.flashMs,
  };
}
