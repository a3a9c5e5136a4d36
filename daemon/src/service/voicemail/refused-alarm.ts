import type { ServiceContext } from '../context.ts';

const id = 'voicemail-disk';

/** Says that messages cannot be taken for want of space; `full` false: one was taken, and that is over. */
export function messagesRefused({ alarms }: Pick<ServiceContext, 'alarms'>, full: boolean): void {
  if (!full) {
    alarms.clear(id);
    return;
  }
  alarms.raise({
    id,
    severity: 'warning',
    said: {
      ru: 'Голосовая почта не принимает сообщений: на диске не осталось места. Звонящие слышат об этом, разговоры идут как обычно.',
      en: 'Voicemail takes no messages: the disk has no space left. Callers are told so; calls go on as usual.',
    },
    cure: {
      ru: 'Удалите старые сообщения и записи разговоров или храните их меньше дней.',
      en: 'Delete old messages and recordings of calls, or keep them for fewer days.',
    },
  });
}
