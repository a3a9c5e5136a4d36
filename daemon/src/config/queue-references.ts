import type { ConfigIssue } from '../api/contract.ts';
import type { Config } from './schema.ts';
import { checkForwardTarget, extensionsOf } from './target-references.ts';

/** What queues refer to must be there, and nobody answers for more of them than one person can (S07). */
export function checkQueues(config: Config): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const add = (path: string, ru: string, en: string): void => {
    issues.push({ path, said: { ru, en } });
  };
  const known = extensionsOf(config);
  const counts = new Map<string, number>();
  const ids = new Set<string>();
  config.queues.forEach((queue, i) => {
    const at = `/queues/${i}`;
    if (ids.has(queue.id))
      add(
        `${at}/id`,
        `Код ${queue.id} уже есть в этом списке.`,
        `The id ${queue.id} is in this list already.`,
      );
    ids.add(queue.id);
    const here = new Set<string>();
    queue.members.forEach(({ person: id }, k) => {
      const path = `${at}/members/${k}/person`;
      const person = config.people.find((one) => one.id === id);
      if (!person) add(path, `Сотрудник: ${id} не существует.`, `Person: ${id} does not exist.`);
      else if (here.has(id))
        add(path, `${person.name} уже есть в этой очереди.`, `${person.name} is in this queue already.`);
      else if (queue.enabled) {
        const count = (counts.get(id) ?? 0) + 1;
        counts.set(id, count);
        if (count > person.maxQueues)
          add(
            path,
            `${person.name}: больше ${person.maxQueues} очередей на одного сотрудника.`,
            `${person.name}: more than ${person.maxQueues} queues for one person.`,
          );
      }
      here.add(id);
    });
    for (const field of ['afterWait', 'whenFull', 'nobodyTo'] as const) {
      const to = queue[field];
      if (to === '') continue;
      if (to === `queue:${queue.id}` || (queue.extension !== undefined && to === queue.extension))
        add(
          `${at}/${field}`,
          'Это та же очередь: вызов ходил бы по кругу.',
          'This is the same queue: the call would go in a circle.',
        );
      else checkForwardTarget(config, known, to, `${at}/${field}`, { add });
    }
    const { callback } = queue;
    if (!callback) return;
    if (!config.classesOfService.some((one) => one.id === callback.classOfService))
      add(
        `${at}/callback/classOfService`,
        `Класс: ${callback.classOfService} не существует.`,
        `Class of service: ${callback.classOfService} does not exist.`,
      );
    const { costCentre } = callback;
    if (costCentre !== undefined && !config.costCentres.some((one) => one.id === costCentre))
      add(
        `${at}/callback/costCentre`,
        `Центр затрат: ${costCentre} не существует.`,
        `Cost centre: ${costCentre} does not exist.`,
      );
  });
  return issues;
}
