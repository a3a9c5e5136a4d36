import type { ConfigIssue } from '../api/contract.ts';
import { entriesOf } from '../dialplan/entries.ts';
import { edgesOf, endlessRound, unreachable } from './flow-graph.ts';
import type { Config, FlowConfig } from './schema.ts';
import { checkTarget } from './target-references.ts';

type Add = (path: string, ru: string, en: string) => void;

/**
 * Whatever a flow names is there; every step is come to; and nobody goes round in it for ever: each way round has a key
 * that the caller presses, or a count. A flow that is off is a draft, and only its shape is looked at.
 */
export function checkFlows(config: Config): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const add: Add = (path, ru, en) => void issues.push({ path, said: { ru, en } });
  config.flows.forEach((flow, i) => {
    const at = `/flows/${i}`;
    const before = issues.length;
    checkIds(flow, at, add);
    if (!flow.enabled) return;
    checkSteps(flow, at, add);
    flow.nodes.forEach(({ does }, k) => {
      checkAction(config, does, `${at}/nodes/${k}/does`, add);
    });
    // Of a flow with holes in it the rest would be told twice.
    if (issues.length === before) checkGraph(flow, at, add);
  });
  return issues;
}

function checkIds({ nodes }: FlowConfig, at: string, add: Add): void {
  const seen = new Set<string>();
  nodes.forEach(({ id }, k) => {
    if (seen.has(id))
      add(`${at}/nodes/${k}/id`, `Шаг ${id} в этом меню уже есть.`, `This flow has a step ${id} already.`);
    seen.add(id);
  });
}

function checkSteps(flow: FlowConfig, at: string, add: Add): void {
  const known = new Set(flow.nodes.map(({ id }) => id));
  const step = (path: string, id: string): void => {
    if (!known.has(id)) add(path, `Шага «${id}» в этом меню нет.`, `This flow has no step "${id}".`);
  };
  if (flow.start !== undefined) step(`${at}/start`, flow.start);
  flow.nodes.forEach(({ does }, k) => {
    for (const { to, path } of edgesOf(does)) step(`${at}/nodes/${k}/does/${path}`, to);
  });
}

function checkGraph(flow: FlowConfig, at: string, add: Add): void {
  for (const k of unreachable(flow))
    add(
      `${at}/nodes/${k}/id`,
      `На шаг «${flow.nodes[k]!.id}» ни один шаг не ведёт.`,
      `No step leads to the step "${flow.nodes[k]!.id}".`,
    );
  const round = endlessRound(flow);
  if (!round) return;
  const [ru, en] = [[...round, round[0]].join(' → '), [...round, round[0]].join(' -> ')];
  const k = flow.nodes.findIndex(({ id }) => id === round[0]);
  add(
    `${at}/nodes/${k}/does`,
    `Вызов пойдёт по кругу, и никто не нажмёт клавишу: ${ru}. Разорвите круг шагом «повторить» или меню.`,
    `A call would go round without anybody pressing a key: ${en}. Break the round with a step "repeat" or a menu.`,
  );
}

function checkAction(config: Config, does: FlowConfig['nodes'][number]['does'], at: string, add: Add): void {
  const exists = (list: string, path: string, id: string | undefined, ru: string, en: string): void => {
    if (id !== undefined && !entriesOf(config, list).some((entry) => entry.id === id))
      add(`${at}/${path}`, `${ru}: ${id} не существует.`, `${en}: ${id} does not exist.`);
  };
  const target = (path: string, text: string): void => {
    checkTarget(config, text, `${at}/${path}`, { add });
  };
  switch (does.kind) {
    case 'menu': {
      const seen = new Set<string>();
      does.choices.forEach(({ keys }, i) => {
        if (seen.has(keys))
          add(`${at}/choices/${i}/keys`, `На ${keys} уже есть пункт.`, `${keys} has a choice already.`);
        seen.add(keys);
      });
      return;
    }
    case 'time':
      does.ways.forEach(({ schedule }, i) => {
        exists('schedules', `ways/${i}/schedule`, schedule, 'Расписание', 'Schedule');
      });
      return;
    case 'caller':
      does.ways.forEach(({ numbers, list }, i) => {
        exists('callerLists', `ways/${i}/list`, list, 'Список звонящих', "Callers' list");
        if (numbers.length === 0 && list === undefined)
          add(`${at}/ways/${i}/numbers`, 'Назовите номера или список.', 'Give numbers or a list.');
      });
      return;
    case 'http':
      if (!URL.canParse(does.url)) add(`${at}/url`, 'Это не адрес.', 'This is no address.');
      return;
    case 'queue':
      target('queue', `queue:${does.queue}`);
      return;
    case 'callback': {
      target('queue', `queue:${does.queue}`);
      const queue = config.queues.find(({ id }) => id === does.queue);
      if (queue && queue.callback === undefined)
        add(
          `${at}/queue`,
          `Очередь «${queue.name}» не перезванивает.`,
          `The queue "${queue.name}" calls nobody back.`,
        );
      return;
    }
    case 'transfer':
      target('to', does.to);
      return;
    case 'voicemail':
      target('mailbox', `voicemail:${does.mailbox}`);
      return;
    case 'record':
      if (does.min > does.max)
        add(`${at}/max`, '«До» меньше, чем «от».', 'The longest is shorter than the shortest.');
      return;
    case 'set':
      if (does.variable === undefined && does.value !== '')
        add(`${at}/variable`, 'Под каким именем хранить значение?', 'Under which name is the value kept?');
      return;
    default:
  }
}
