import type { Config, DestinationConfig, IncomingNumberConfig, PersonConfig } from '../config/schema.ts';
import { entriesOf, type HostedKind, hostedLists } from '../dialplan/entries.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { ModeChange } from '../schedule/schedule.ts';
import type { Normalise } from './incoming.ts';
import type { OfficeHours } from './office-hours.ts';

/** One step of a destination at a moment. */
export interface StepPreview {
  on: boolean;
  seconds: number;
  targets: string[];
  said: Said;
}

/** Who would be called at a moment, and why. */
export interface IncomingPreview {
  at: number;
  destination: DestinationConfig | undefined;
  steps: StepPreview[];
  explanation: Said[];
  changes: (ModeChange & { schedule: string; title: string })[];
}

/** Which call is asked about. */
export type PreviewQuestion = { number: string; trunk?: string | undefined } | { destination: string };

/** How many changes to come are told. */
const changesTold = 10;

/**
 * Says who would be called, with the decisions that calls themselves take; nothing is dialed. Undefined: there is no
 * such destination.
 * @param at ms since 1970
 */
export function previewIncoming(
  question: PreviewQuestion,
  at: number,
  { config, hours, normalise }: { config: Config; hours: OfficeHours; normalise: Normalise },
): IncomingPreview | undefined {
  const explanation: Said[] = [];
  const involved = new Set<string>();
  let id: string | undefined;
  if ('destination' in question) {
    id = question.destination;
    if (!config.destinations.some((d) => d.id === id)) return undefined;
  } else {
    const called = normalise(question.number);
    const access = config.accessNumbers.find(
      (a) => a.enabled && a.trunkNumbers.some((number) => normalise(number) === called),
    );
    if (access) {
      explanation.push({
        ru: `По номеру ${called} отвечает номер доступа «${access.name}», в любое время.`,
        en: `The number ${called} is answered by the access number "${access.name}" at any time.`,
      });
      return { at, destination: undefined, steps: [], explanation, changes: [] };
    }
    const number = numberOf(config, called, question.trunk, normalise);
    if (!number) {
      explanation.push({
        ru: `Номера ${called} среди входящих нет: оператору ответят, что такого номера не существует.`,
        en: `The number ${called} is not among the incoming ones: the operator is told that it does not exist.`,
      });
      return { at, destination: undefined, steps: [], explanation, changes: [] };
    }
    for (const way of number.byHours) involved.add(way.schedule);
    id = hours.destinationOf(number, at);
    explanation.push(wayWords(called, number, id, at, config, hours));
  }
  const destination = config.destinations.find((d) => d.id === id);
  if (!destination) return { at, destination, steps: [], explanation, changes: [] };
  for (const { during } of destination.steps) if (during) involved.add(during.schedule);
  const steps = destination.steps.map((step, index) => stepPreview(step, index, at, config, hours));
  explanation.push(...steps.map(({ said }) => said));
  if (!steps.some(({ on }) => on)) explanation.push(nobody);
  explanation.push(...diversions(config, destination, at, hours));
  const changes = [...involved].flatMap((schedule) => {
    const title = config.schedules.find((s) => s.id === schedule)?.name ?? schedule;
    return (hours.nextChanges(schedule, changesTold, at) ?? []).map((change) => ({
      ...change,
      schedule,
      title,
    }));
  });
  changes.sort((a, b) => a.at - b.at);
  return { at, destination, steps, explanation, changes: changes.slice(0, changesTold) };
}

const nobody: Said = {
  ru: 'В это время не звонит ни один телефон: звонящий услышит, что никто не отвечает.',
  en: 'No telephone rings at that time: the caller is told that nobody answers.',
};

function numberOf(
  config: Config,
  called: string,
  trunk: string | undefined,
  normalise: Normalise,
): IncomingNumberConfig | undefined {
  return config.incomingNumbers.find(
    (n) =>
      normalise(n.number) === called && (trunk === undefined || n.trunk === undefined || n.trunk === trunk),
  );
}

/** A schedule's name and state at a moment, as `«Офис»: открыто (понедельник, 09:00–18:00)`. */
function stateWords(schedule: string, at: number, config: Config, hours: OfficeHours): Said {
  const title = config.schedules.find((s) => s.id === schedule)?.name ?? schedule;
  const state = hours.state(schedule, at);
  if (!state) return { ru: `расписания «${title}» нет`, en: `there is no schedule "${title}"` };
  return {
    ru: `«${title}»: ${state.name.ru} (${state.why.ru})`,
    en: `"${title}": ${state.name.en} (${state.why.en})`,
  };
}

function wayWords(
  called: string,
  number: IncomingNumberConfig,
  id: string,
  at: number,
  config: Config,
  hours: OfficeHours,
): Said {
  const name = config.destinations.find((d) => d.id === id)?.name ?? id;
  const way = hours.wayOf(number, at);
  if (!way) {
    return {
      ru: `Вызов на ${called} идёт в «${name}».`,
      en: `A call to ${called} goes to "${name}".`,
    };
  }
  const { ru, en } = stateWords(way.schedule, at, config, hours);
  return {
    ru: `Вызов на ${called} идёт в «${name}»: ${ru}.`,
    en: `A call to ${called} goes to "${name}": ${en}.`,
  };
}

function stepPreview(
  step: DestinationConfig['steps'][number],
  index: number,
  at: number,
  config: Config,
  hours: OfficeHours,
): StepPreview {
  const on = hours.holds(step.during, at);
  const { seconds, targets } = step;
  const whom = targets.map((target) => targetWords(target, config));
  const names = { ru: whom.map((w) => w.ru).join(', '), en: whom.map((w) => w.en).join(', ') };
  const why = step.during && stateWords(step.during.schedule, at, config, hours);
  const n = index + 1;
  const because = why ? { ru: ` — ${why.ru}`, en: ` - ${why.en}` } : { ru: '', en: '' };
  const said = on
    ? {
        ru: `Шаг ${n}: ${seconds} с звонит ${names.ru}${because.ru}.`,
        en: `Step ${n}: ${names.en} is rung for ${seconds} s${because.en}.`,
      }
    : {
        ru: `Шаг ${n} (${names.ru}) пропускается${because.ru}.`,
        en: `Step ${n} (${names.en}) is left out${because.en}.`,
      };
  return { on, seconds, targets: [...targets], said };
}

/** A target by its name. */
export function targetWords(target: string, config: Config): Said {
  const [kind = '', rest = ''] = [
    target.slice(0, target.indexOf(':')),
    target.slice(target.indexOf(':') + 1),
  ];
  const same = (text: string): Said => ({ ru: text, en: text });
  switch (kind) {
    case 'person':
      return same(config.people.find((p) => p.id === rest)?.name ?? rest);
    case 'device':
      return same(config.devices.find((d) => d.id === rest)?.name ?? rest);
    case 'port': {
      const port = config.ports.find((p) => String(p.number) === rest);
      return port?.name ? same(port.name) : { ru: `гнездо ${rest}`, en: `socket ${rest}` };
    }
    case 'number':
      return same(rest);
    default: {
      const list = kind in hostedLists ? hostedLists[kind as HostedKind] : kind === 'group' ? ['groups'] : [];
      const entry = list.flatMap((key) => entriesOf(config, key)).find(({ id }) => id === rest);
      const name = entry?.name ?? rest;
      const what = kindWords[kind];
      return what ? { ru: `${what[0]} «${name}»`, en: `${what[1]} "${name}"` } : same(target);
    }
  }
}

const kindWords: Record<string, readonly [ru: string, en: string]> = {
  group: ['группа', 'the group'],
  flow: ['меню', 'the menu'],
  queue: ['очередь', 'the queue'],
  voicemail: ['почта', 'the voicemail'],
  room: ['комната', 'the room'],
};

/** People among the targets who are away, or whose calls all go elsewhere. */
function diversions(config: Config, destination: DestinationConfig, at: number, hours: OfficeHours): Said[] {
  const ids = new Set(
    destination.steps
      .filter((step) => hours.holds(step.during, at))
      .flatMap((step) => step.targets.flatMap((t) => (t.startsWith('person:') ? [t.slice(7)] : []))),
  );
  const said: Said[] = [];
  // A deputy may be away too.
  for (const id of ids) {
    const person = config.people.find((p) => p.id === id);
    const leave = person && hours.leave(person, at);
    if (!person || !leave) continue;
    const deputy = config.people.find((p) => p.id === leave.deputy);
    if (deputy) ids.add(deputy.id);
    said.push(leaveWords(person, leave, deputy));
  }
  return said;
}

function leaveWords(
  person: PersonConfig,
  { from, to }: { from: string; to: string },
  deputy: PersonConfig | undefined,
): Said {
  const until = {
    ru: `${person.name}: отпуск с ${from} по ${to}`,
    en: `${person.name} is away from ${from} to ${to}`,
  };
  if (deputy)
    return {
      ru: `${until.ru}, вызовы идут: ${deputy.name}.`,
      en: `${until.en}; calls go to ${deputy.name}.`,
    };
  return {
    ru: `${until.ru}, заместителя нет.`,
    en: `${until.en}, without a deputy.`,
  };
}
