import type { RecordingFailure } from '../media/api.ts';
import type { ServiceContext } from './context.ts';

const id = 'recording-failed';

/** Says that a recording is not whole, and why; undefined: one is, and what was wrong is over. */
export function recordingAlarm(
  { alarms, log }: Pick<ServiceContext, 'alarms' | 'log'>,
  why: RecordingFailure | 'slow' | undefined,
): void {
  if (why === undefined) {
    alarms.clear(id);
    return;
  }
  log('warn', () => `a recording is not whole: ${why}`);
  alarms.raise({ id, severity: 'warning', ...wordsFor(why) });
}

const full = {
  said: {
    ru: 'Разговоры не записываются: на диске не осталось места. Сами разговоры идут как обычно.',
    en: 'Calls are not being recorded: the disk has no space left. The calls themselves go on as usual.',
  },
  cure: {
    ru: 'Удалите ненужные записи в списке звонков или уменьшите место и срок хранения в настройках записи.',
    en: 'Delete recordings that nobody needs in the list of calls, or keep them for fewer days.',
  },
};

const noOpus = {
  said: {
    ru: 'Разговоры не записываются: для формата Opus не хватает библиотеки libopus.',
    en: 'Calls are not being recorded: the library libopus, which the format Opus needs, is missing.',
  },
  cure: {
    ru: 'Выберите в настройках записи формат WAV или установите пакет libopus0.',
    en: 'Choose WAV in the settings of recording, or install the package libopus0.',
  },
};

const torn = {
  said: {
    ru: 'Запись разговора неполная: диск не успевает или не пишет. Сам разговор шёл как обычно.',
    en: 'A recording is not whole: the disk is too slow or does not write. The call itself went on as usual.',
  },
  cure: {
    ru: 'Проверьте диск шлюза. Сообщение исчезнет после следующей полной записи.',
    en: "Check the box's disk. This message goes away with the next whole recording.",
  },
};

const wordsFor = (why: RecordingFailure | 'slow'): typeof full =>
  why === 'disk-full' ? full : why === 'no-opus' ? noOpus : torn;
