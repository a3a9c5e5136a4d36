import type { FxoPortConfig } from '../../config/schema.ts';
import type { LineAccountRecord } from '../../records/line-account.ts';
import type { SettingProposal } from './proposals.ts';

/** A little more than was seen, so that the same does not happen again, ms. */
const BREAK_MARGIN_MS = 60;
const BREAK_MOST_MS = 1000;
/** What the detectors allow beside a learnt frequency, Hz. */
const LEARNT_HZ = 20;

/**
 * What would have kept a line from an answer or a release that the admin says was none; empty where nothing helps
 * without making the line hang. `ownHz`: frequency of the line's tones where it is known from releases that were right.
 */
export function againstWrong(
  port: FxoPortConfig,
  account: LineAccountRecord,
  kind: 'answer' | 'release',
  ownHz: number | undefined,
): SettingProposal[] {
  const path = (key: keyof FxoPortConfig & string): string => `/ports/${port.number}/${key}`;
  if (kind === 'answer') {
    if (account.as === 'timer' && port.answerTimerMs > 0)
      return [
        {
          path: path('answerTimerMs'),
          value: 0,
          now: port.answerTimerMs,
          why: {
            ru: 'Ответом посчитан таймер. Без него неотвеченный вызов не станет отвеченным.',
            en: 'The timer was taken for the answer. Without it a call that nobody took stays unanswered.',
          },
        },
      ];
    if ((account.as === 'voice' || account.as === 'ringback-stop') && port.answerByVoice)
      return [
        {
          path: path('answerByVoice'),
          value: false,
          now: true,
          why: {
            ru: 'За ответ принят голос автоинформатора или конец гудков. Если станция меняет полярность при ответе, хватит её.',
            en: 'A recorded voice or the end of ringback was taken for the answer. Where polarity turns at the answer, that is enough.',
          },
        },
      ];
    if (account.as === 'polarity' && port.answerByPolarity)
      return [
        {
          path: path('answerByPolarity'),
          value: false,
          now: true,
          why: {
            ru: 'Станция меняет полярность не только при ответе.',
            en: 'The exchange turns polarity not only at the answer.',
          },
        },
      ];
    return [];
  }
  if (account.tone) {
    const heard = account.tone.frequencyHz;
    if (ownHz !== undefined && port.toneFrequencyHz === undefined && Math.abs(heard - ownHz) > LEARNT_HZ)
      return [
        {
          path: path('toneFrequencyHz'),
          value: Math.round(ownHz),
          why: {
            ru: `Гудки линии — ${Math.round(ownHz)} Гц, а это было ${Math.round(heard)} Гц: слушать только свои.`,
            en: `The line's tones are at ${Math.round(ownHz)} Hz, and this was at ${Math.round(heard)} Hz: listen to its own only.`,
          },
        },
      ];
    if (!port.releaseByTones) return [];
    return [
      {
        path: path('releaseByTones'),
        value: false,
        now: true,
        why: {
          ru: 'За гудок принято что-то другое. Выключать отбой по гудкам можно, если станция даёт разрыв тока или переполюсовку; изучите линию, чтобы узнать.',
          en: 'Something else was taken for a tone. Release by tones can be turned off where the exchange gives a current break or polarity; learn the line to know.',
        },
      },
    ];
  }
  if (account.as === 'polarity' && port.releaseByPolarity)
    return [
      {
        path: path('releaseByPolarity'),
        value: false,
        now: true,
        why: {
          ru: 'Станция меняет полярность и посреди разговора.',
          en: 'The exchange turns polarity in mid-call, too.',
        },
      },
    ];
  if (account.as === 'loop-break' && account.breakMs !== undefined)
    return [
      {
        path: path('loopBreakMinMs'),
        value: Math.min(BREAK_MOST_MS, Math.ceil((account.breakMs + BREAK_MARGIN_MS) / 10) * 10),
        ...(port.loopBreakMinMs === undefined ? {} : { now: port.loopBreakMinMs }),
        why: {
          ru: `Ток пропадал на ${account.breakMs} мс, и это была помеха: считать отбоем только более долгий разрыв.`,
          en: `The current was away for ${account.breakMs} ms, and that was a glitch: only a longer break is a release.`,
        },
      },
    ];
  if (account.as === 'silence' && port.releaseBySilenceSeconds > 0)
    return [
      {
        path: path('releaseBySilenceSeconds'),
        value: 0,
        now: port.releaseBySilenceSeconds,
        why: {
          ru: 'Собеседник молчал, но был на линии.',
          en: 'The other party was silent, but on the line.',
        },
      },
    ];
  return [];
}
