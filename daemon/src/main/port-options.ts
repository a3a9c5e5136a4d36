import type { Config, FxoPortConfig, FxsPortConfig } from '../config/schema.ts';
import type { ToneSpec } from '../media/api.ts';
import type { CountryProfile } from '../media/dsp/profile.ts';
import type { CallWaitingSignal, FxoOptions, FxsOptions } from '../port/options.ts';
import type { PortOptions } from '../port/ports.ts';

/** How long the howler sounds, ms. */
const howlMs = 30_000;

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
    rxGainDb: port.rxGainDb,
    txGainDb: port.txGainDb,
    farEnd: port.role === 'pbx-line' ? 'pbx' : 'telephone',
    ...(port.role === 'fax' ? { modem: 'fax' } : port.role === 'modem' ? { modem: 'data' } : {}),
    ringCadence: profile.ring.cadence,
    ...distinctiveRing(port, profile),
    ...callerIdSending(port, profile),
    aonReply: port.aonReply,
    ...(port.callWaiting ? { callWaiting: callWaitingSignal(profile) } : {}),
    ...howler(port, profile),
    polarityOnAnswer: port.polarityOnAnswer,
    currentBreakMs: port.currentBreakMs,
    pulseDialing: port.pulseDialing,
    hook: {
      pulseBreakMin: port.pulseBreakMinMs,
      pulseBreakMax: port.pulseBreakMaxMs,
      ...(port.flashMinMs === undefined ? {} : { flashMin: port.flashMinMs }),
      flashMax: port.flashMaxMs,
    },
  };
}

/** Only people are called to their handset: a PBX, a fax or a modem may have its reasons. */
function howler(port: FxsPortConfig, { tones }: CountryProfile): Pick<FxsOptions, 'howler'> {
  if (port.role !== 'telephone' || port.howlerAfterSeconds === 0) return {};
  return {
    howler: { tone: tones.howler, afterMs: port.howlerAfterSeconds * 1000, lengthMs: howlMs },
  };
}

function distinctiveRing(
  { distinctiveRing }: FxsPortConfig,
  { ring }: CountryProfile,
): Pick<FxsOptions, 'distinctiveRing'> {
  if (distinctiveRing === 'off') return {};
  return {
    distinctiveRing: {
      internal: ring.internalCadence,
      recall: ring.recallCadence,
      ...(distinctiveRing === 'groups' ? { group: ring.groupCadence } : {}),
    },
  };
}

/** Caller ID and the lamp, which take the same modem. */
function callerIdSending(
  port: FxsPortConfig,
  profile: CountryProfile,
): Pick<FxsOptions, 'callerId' | 'lamp'> {
  const format = port.callerIdFormat;
  const lamp = port.messageWaiting === 'both' || port.messageWaiting === 'fsk';
  const fsk = port.callerId === 'fsk-bell202' || port.callerId === 'fsk-v23' ? port.callerId : undefined;
  const usual = profile.callerId.send === 'fsk-bell202' ? 'fsk-bell202' : 'fsk-v23';
  return {
    ...(port.callerId === 'off'
      ? {}
      : {
          callerId: {
            scheme: port.callerId,
            delayMs: profile.callerId.delayMs,
            when: port.callerIdWhen,
            format,
            letters: port.callerIdNames,
          },
        }),
    // A PBX, a fax or an alarm panel has no lamp, and may take the signal for something else.
    ...(lamp && port.role === 'telephone'
      ? { lamp: { scheme: fsk ?? usual, format, alert: port.messageWaitingAlert } }
      : {}),
  };
}

/** The profile's cadence ends with the pause before the next signal. */
function callWaitingSignal(profile: CountryProfile): CallWaitingSignal {
  const tone = [profile.tones.callWaiting].flat()[0] as ToneSpec;
  return {
    tone: { ...tone, cadence: [...tone.cadence.slice(0, -1), 0], repeat: 1 },
    pauseMs: tone.cadence.at(-1) ?? 5000,
  };
}

/** The country's pulses, or twice as fast with the same share of break. */
function pulse({ pulseRate }: FxoPortConfig, { dial }: CountryProfile): FxoOptions['pulse'] {
  const { breakMs, makeMs, interDigitMs } = dial.pulse;
  const share = 1000 / pulseRate / (breakMs + makeMs);
  const fastBreak = Math.round(breakMs * share);
  return { breakMs: fastBreak, makeMs: Math.round((breakMs + makeMs) * share) - fastBreak, interDigitMs };
}

function fxoOptions(port: FxoPortConfig, profile: CountryProfile): PortOptions {
  const [usualMs, maxMs] = profile.supervision.loopBreakMs;
  const minMs = port.loopBreakMinMs ?? usualMs;
  return {
    kind: 'fxo',
    number: port.number,
    country: profile.country,
    rxGainDb: port.rxGainDb,
    txGainDb: port.txGainDb,
    role: port.role,
    dialMethod: port.dialMethod,
    waitForDialTone: { timeoutMs: port.waitForDialToneMs, otherwise: port.withoutDialTone },
    dialDelayMs: 100,
    dtmf: { onMs: profile.dial.dtmf.onMs, offMs: profile.dial.dtmf.offMs },
    pulse: pulse(port, profile),
    answerSupervision: {
      polarity: port.answerByPolarity,
      ringbackStop: port.answerByVoice,
      voice: port.answerByVoice,
      timerMs: port.answerTimerMs,
    },
    releaseSupervision: {
      loopBreak: { minMs, maxMs },
      polarity: port.releaseByPolarity,
      busyTone: port.releaseByTones,
      dialTone: port.releaseByTones,
      silenceMs: port.releaseBySilenceSeconds * 1000,
      tones: profile.detect,
      ...(port.toneFrequencyHz === undefined ? {} : { toneHz: port.toneFrequencyHz }),
    },
    maxCallMs: port.maxCallMinutes * 60_000,
    ringTimeoutMs: port.ringTimeoutMs,
    idleGuardMs: port.idleGuardMs,
    callerId: {
      mode: port.callerIdMode,
      early: profile.callerId.beforeRing,
      waitMs: port.callerIdWaitMs,
      ...(port.aonRequests === 0
        ? {}
        : {
            aon: {
              requests: port.aonRequests,
              delayMs: port.aonDelayMs,
              toneMs: port.aonToneMs,
              levelDbm0: port.aonLevelDbm0,
              ringback: profile.tones.ringback,
            },
          }),
    },
    flashMs: port.flashMs ?? profile.dial.flashMs,
    ringConfirmed: port.ringConfirmed,
    ...(port.impedance === 'country' ? {} : { termination: port.impedance }),
  };
}
