import type { FxoPortConfig } from '../../config/schema.ts';
import type { Said } from '../../dialplan/route-plan.ts';
import type { LineFindings, ToneFound } from './findings.ts';

/** One setting that the box proposes to change, and why. Nothing is changed by it. */
export interface SettingProposal {
  /** Where, as a configuration edit names it: `/ports/5/toneFrequencyHz`. */
  path: string;
  value: string | number | boolean;
  /** What stands there now; missing: nothing does. */
  now?: string | number | boolean;
  why: Said;
}

/** What else proposals depend on. */
export interface ProposalTerms {
  /** Shortest break of current that the country takes for a release, ms. */
  usualBreakMs: number;
}

/** Frequencies that a line's own tones may have, Hz: within them the setting holds. */
const toneRange = [380, 480] as const;
/** Two tones of one exchange agree within this, Hz. */
const agree = 8;
/** A city number is at least so long; shorter ones are a PBX's. */
const cityDigits = 5;

type Key = keyof FxoPortConfig & string;

/** What a line's settings should be by what it has shown; only what differs from what they are. */
export function proposals(port: FxoPortConfig, found: LineFindings, terms: ProposalTerms): SettingProposal[] {
  const made: SettingProposal[] = [];
  const propose = (key: Key, value: SettingProposal['value'], ru: string, en: string): void => {
    const now = port[key] as SettingProposal['now'];
    if (now === value) return;
    made.push({
      path: `/ports/${port.number}/${key}`,
      value,
      ...(now === undefined ? {} : { now }),
      why: { ru, en },
    });
  };

  answer(found, port, propose);
  release(found, port, terms, propose);
  if (found.lossDb !== undefined) loudness(found.lossDb, port, propose);
  const hz = learntFrequency(found);
  if (hz !== undefined && Math.abs((port.toneFrequencyHz ?? 0) - hz) > 3) {
    propose(
      'toneFrequencyHz',
      hz,
      `Гудки этой линии — ${hz} Гц. Если слушать только их, речь и музыка реже примутся за отбой.`,
      `The tones of this line are at ${hz} Hz. Listening to these only, speech and music are taken for a release less often.`,
    );
  }
  if (found.dialTone) dialTone(found.dialTone, port, propose);
  if (found.dialTone === null && port.waitForDialToneMs > 0) {
    propose(
      'withoutDialTone',
      'dial',
      'Гудка на линии нет за 10 с; ждать его бесполезно.',
      'No dial tone comes within 10 s; there is no use in waiting for it.',
    );
  }
  if (found.tonesTaken === false) {
    propose(
      'dialMethod',
      'pulse',
      'Тональную цифру станция не поняла: гудок не прекратился.',
      'The exchange did not take a digit by tones: the dial tone went on.',
    );
  }
  if (typeof found.idleAfterMs === 'number') {
    const restMs = found.idleAfterMs + 800;
    if (port.idleGuardMs < restMs) {
      propose(
        'idleGuardMs',
        restMs,
        `Станция отпускает линию за ${found.idleAfterMs} мс; раньше занимать её нельзя.`,
        `The exchange lets go of the line within ${found.idleAfterMs} ms; it must not be seized before.`,
      );
    }
  }
  const reached = found.reached?.replace(/\D/g, '') ?? '';
  if (port.role === 'city-line' && !port.proven && (reached.length >= cityDigits || found.wasReached)) {
    propose(
      'proven',
      true,
      'Пробный звонок прошёл по этой линии: она городская и годится для экстренных вызовов.',
      'A test call went through on this line: it is a city line, fit for emergency calls.',
    );
  }
  return made;
}

type Propose = (key: Key, value: SettingProposal['value'], ru: string, en: string) => void;

function answer(found: LineFindings, port: FxoPortConfig, propose: Propose): void {
  if (found.answerPolarityMs === undefined) return;
  if (found.answerPolarityMs === null) {
    propose(
      'answerByPolarity',
      false,
      'При ответе полярность не менялась: чужая переполюсовка не должна считаться ответом.',
      'Polarity did not turn at the answer: a stray turn must not be taken for one.',
    );
    propose(
      'answerByVoice',
      true,
      'Станция об ответе не сообщает, остаются конец гудков и голос.',
      'The exchange does not signal the answer; the end of ringback and the voice remain.',
    );
    return;
  }
  propose(
    'answerByPolarity',
    true,
    'При ответе станция меняет полярность — это точный признак.',
    'The exchange turns polarity at the answer: that is certain.',
  );
  propose(
    'answerByVoice',
    false,
    'Переполюсовка точна; голос автоинформатора до ответа тогда не начнёт счёт.',
    'Polarity is certain; a recorded voice before the answer then starts no charge.',
  );
  if (port.answerTimerMs > 0) {
    propose(
      'answerTimerMs',
      0,
      'Об ответе сообщает переполюсовка; таймер посчитал бы и неотвеченный вызов.',
      'Polarity signals the answer; the timer would charge calls that nobody took, too.',
    );
  }
}

function release(found: LineFindings, port: FxoPortConfig, terms: ProposalTerms, propose: Propose): void {
  const { release: shown } = found;
  if (!shown) return;
  const turnsAtAnswer = typeof found.answerPolarityMs === 'number';
  if (shown.polarityMs !== undefined) {
    propose(
      'releaseByPolarity',
      true,
      'При отбое станция меняет полярность.',
      'The exchange turns polarity at the release.',
    );
  } else if (!turnsAtAnswer && (shown.breakMs !== undefined || shown.tone)) {
    propose(
      'releaseByPolarity',
      false,
      'Об отбое линия сообщает иначе, полярность не менялась.',
      'The line signals the release otherwise; polarity did not turn.',
    );
  }
  if (shown.breakMs !== undefined) {
    const least = Math.min(400, Math.max(40, Math.round(shown.breakMs / 20) * 10));
    const now = port.loopBreakMinMs ?? terms.usualBreakMs;
    if (Math.abs(least - now) >= 40) {
      propose(
        'loopBreakMinMs',
        least,
        `При отбое ток пропадает на ${shown.breakMs} мс; короче ${least} мс — помеха.`,
        `At the release the current is away for ${shown.breakMs} ms; less than ${least} ms is a glitch.`,
      );
    }
  }
  if (shown.tone && !port.releaseByTones && shown.breakMs === undefined && shown.polarityMs === undefined) {
    propose(
      'releaseByTones',
      true,
      'Об отбое говорят только гудки: без них линия повиснет.',
      'Only tones tell of the release: without them the line hangs.',
    );
  }
}

/**
 * From the other line's socket to this one a call loses about so much, dB, as calls through two good local loops do;
 * half of what is more or less is this line's part.
 */
const usualLossDb = 6;
const noticedDb = 4;
const gainRange = [-3, 6] as const;

function loudness(lossDb: number, port: FxoPortConfig, propose: Propose): void {
  const off = lossDb - usualLossDb;
  if (Math.abs(off) < noticedDb) return;
  const value = Math.max(gainRange[0], Math.min(gainRange[1], Math.round(port.rxGainDb + off / 2)));
  const loss = Math.round(lossDb);
  propose(
    'rxGainDb',
    value,
    off > 0
      ? `С другой линии доходит тихо: потери ${loss} дБ вместо обычных ${usualLossDb}.`
      : `С другой линии доходит слишком громко: потери ${loss} дБ вместо обычных ${usualLossDb}, отсюда эхо.`,
    off > 0
      ? `The other line is faint here: ${loss} dB are lost instead of the usual ${usualLossDb}.`
      : `The other line is too loud here: ${loss} dB are lost instead of the usual ${usualLossDb}, which makes echo.`,
  );
}

function dialTone(tone: ToneFound, port: FxoPortConfig, propose: Propose): void {
  const enough = Math.ceil((2 * tone.afterMs + 1000) / 500) * 500;
  const now = port.waitForDialToneMs;
  if (now > 0 && now >= enough) return;
  const value = Math.min(10_000, Math.max(3000, enough));
  propose(
    'waitForDialToneMs',
    value,
    `Гудок пришёл через ${tone.afterMs} мс; ждать стоит ${value} мс.`,
    `The dial tone came after ${tone.afterMs} ms; ${value} ms are worth waiting.`,
  );
}

/** The line's own frequency: what its tones agree on, or the one that tells of a release. */
function learntFrequency(found: LineFindings): number | undefined {
  const tones = [found.release?.tone, found.busy, found.dialTone ?? undefined].filter(
    (tone): tone is ToneFound => tone !== undefined && tone.tone !== 'sit',
  );
  const [first] = tones;
  if (!first || tones.some((tone) => Math.abs(tone.frequencyHz - first.frequencyHz) > agree))
    return undefined;
  const hz = Math.round(first.frequencyHz);
  return hz >= toneRange[0] && hz <= toneRange[1] ? hz : undefined;
}
