import type { Config, FlowAction, FlowConfig } from '../../config/schema.ts';
import type { Said } from '../../dialplan/route-plan.ts';
import { targetWords } from '../incoming-preview.ts';
import type { FlowTrace } from './flow-step.ts';
import type { FlowEnding, FlowSight } from './simulate.ts';

/** One thing that happens in a simulated call, at the step where it does. */
export interface FlowLine {
  /** Id of the step. */
  node: string;
  said: Said;
}

/** A simulated call in sentences. */
export function tellFlow(flow: FlowConfig, sights: readonly FlowSight[], config: Config): FlowLine[] {
  const steps = new Map(flow.nodes.map(({ id, does }) => [id, does] as const));
  let node = '';
  return sights.flatMap((sight) => {
    if (sight.kind === 'trace') node = sight.node;
    const said = wordsOf(sight, steps.get(node), config);
    return said ? [{ node, said }] : [];
  });
}

/** How it ended, in a sentence. */
export const endingWords: Record<FlowEnding, Said> = {
  'hung-up': { ru: 'Вызов закончен.', en: 'The call has ended.' },
  'passed-on': {
    ru: 'Вызов идёт дальше, куда шёл бы без меню.',
    en: 'The call goes on where it would go without the menu.',
  },
  'too-long': {
    ru: 'Звонящий пробыл в меню слишком долго, вызов идёт дальше.',
    en: 'The caller was in the menu for too long; the call goes on.',
  },
  answered: { ru: 'Вызов принят, идёт разговор.', en: 'The call was answered; they talk.' },
};

function wordsOf(sight: FlowSight, does: FlowAction | undefined, config: Config): Said | undefined {
  switch (sight.kind) {
    case 'say': {
      const { what } = sight;
      const [ru, en] =
        typeof what === 'string' ? [heard(what, config), heard(what, config)] : [what.ru, what.en];
      // The sentence around it has a full stop of its own.
      const [own, other] = [ru, en].map((text) => text.replace(/\.$/, ''));
      return { ru: `Звонящий слышит: «${own}».`, en: `The caller hears: "${other}".` };
    }
    case 'ring': {
      const { ru, en } = targetWords(sight.target, config);
      const end = ringEnds[sight.outcome];
      return { ru: `Вызов: ${ru} — ${end.ru}.`, en: `Rung: ${en} - ${end.en}.` };
    }
    case 'hook':
      return { ru: `Запрос: ${sight.url}.`, en: `Asked: ${sight.url}.` };
    case 'trace':
      return traceWords(sight, does);
  }
}

const ringEnds = {
  answered: { ru: 'ответили', en: 'answered' },
  busy: { ru: 'занято', en: 'busy' },
  'no-answer': { ru: 'не ответили', en: 'no answer' },
} satisfies Record<string, Said>;

/** An announcement as it is known: a recording by its name. */
function heard(text: string, config: Config): string {
  const id = text.startsWith('prompt:') ? text.slice('prompt:'.length) : undefined;
  return id === undefined ? text : (config.prompts.find((prompt) => prompt.id === id)?.name ?? id);
}

function traceWords({ what, detail = '' }: FlowTrace, does: FlowAction | undefined): Said | undefined {
  switch (what) {
    case 'flow-node':
      return {
        ru: `Шаг «${detail}»: ${stepWords(does).ru}.`,
        en: `Step "${detail}": ${stepWords(does).en}.`,
      };
    case 'keyed':
      return { ru: `Нажато ${detail}.`, en: `Pressed ${detail}.` };
    case 'wrong-key':
      return detail === ''
        ? { ru: 'Ответ не подошёл.', en: 'The answer did not fit.' }
        : { ru: `Нажато ${detail}: такого нет.`, en: `Pressed ${detail}: there is no such thing.` };
    case 'no-key':
      return { ru: 'Ничего не нажато.', en: 'Nothing was pressed.' };
    case 'flow-way':
      return detail === 'otherwise'
        ? { ru: 'Ничего не подошло.', en: 'Nothing fitted.' }
        : { ru: `Подошла ветка ${detail}.`, en: `Branch ${detail} fitted.` };
    case 'extension':
      return { ru: `Набран внутренний номер ${detail}.`, en: `The extension ${detail} was dialed.` };
    case 'hook-failed':
      return { ru: 'Программа не ответила.', en: 'The program did not answer.' };
    case 'answer-kept':
      return { ru: `Ответ сохранён: ${detail}.`, en: `The answer is kept: ${detail}.` };
    case 'callback-ordered':
      return { ru: 'Обратный звонок заказан.', en: 'The callback is ordered.' };
    case 'callback-refused':
      return { ru: 'Обратный звонок невозможен.', en: 'No callback is possible.' };
    case 'flow-too-long':
    case 'unanswered':
      // The ring, and the ending, say so.
      return undefined;
  }
}

function stepWords(does: FlowAction | undefined): Said {
  return does ? stepNames[does.kind] : { ru: 'такого шага нет', en: 'there is no such step' };
}

const stepNames: Record<FlowAction['kind'], Said> = {
  play: { ru: 'сообщение', en: 'a message' },
  menu: { ru: 'меню', en: 'a menu' },
  time: { ru: 'по расписанию', en: 'by schedule' },
  caller: { ru: 'кто звонит', en: 'who calls' },
  list: { ru: 'по значению', en: 'by a value' },
  http: { ru: 'вопрос вашей программе', en: 'a question to a program of yours' },
  queue: { ru: 'очередь', en: 'a queue' },
  transfer: { ru: 'соединение', en: 'putting through' },
  voicemail: { ru: 'голосовая почта', en: 'voicemail' },
  callback: { ru: 'обратный звонок', en: 'a callback' },
  record: { ru: 'вопрос с ответом', en: 'a question to be answered' },
  set: { ru: 'настройки вызова', en: 'settings of the call' },
  repeat: { ru: 'повтор', en: 'a repetition' },
  end: { ru: 'конец', en: 'the end' },
};
