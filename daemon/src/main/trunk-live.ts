import type { Said, TrunkLive, TrunkState, TrunkTargetLive } from '../api/contract.ts';
import type { TrunkConfig } from '../config/schema.ts';
import type { TrunkExchange, TrunkStatus } from '../sip/trunk-status.ts';

const states: Record<TrunkStatus['state'], TrunkState> = {
  disabled: 'disabled',
  registering: 'connecting',
  registered: 'registered',
  up: 'ready',
  untried: 'untried',
  down: 'unreachable',
  refused: 'refused',
};

const words: Record<TrunkState, Said> = {
  disabled: { ru: 'Выключена', en: 'Switched off' },
  connecting: { ru: 'Регистрируется у оператора', en: 'Registering with the operator' },
  registered: { ru: 'Работает, зарегистрирована', en: 'Works, registered' },
  ready: { ru: 'Работает', en: 'Works' },
  untried: {
    ru: 'Связь с оператором ещё не проверена',
    en: 'The connection to the operator is not tried yet',
  },
  unreachable: { ru: 'Оператор не отвечает', en: 'The operator does not answer' },
  refused: { ru: 'Оператор не принимает нас', en: 'The operator does not take us' },
};

/** The operator's server has asked for fewer calls (RFC 7339). */
const overloaded = (percent: number): Said => ({
  ru: `Оператор перегружен и просит не посылать ${percent} % вызовов`,
  en: `The operator is overloaded and asks us to leave out ${percent} % of the calls`,
});

const overloadedCure: Said = {
  ru: 'Это проходит само. Такие вызовы идут по следующему маршруту, экстренные не задерживаются.',
  en: 'This passes by itself. Those calls take the next route; emergency calls are never held back.',
};

/** A trunk as the page shows it: from what the transaction layer saw, and nothing else (C05). */
export function trunkLive(trunk: TrunkConfig, status: TrunkStatus): TrunkLive {
  const state = states[status.state];
  const { lastExchange, lastSuccess, trouble, expiresAt, latencyMs, publicAddress, targets } = status;
  const { overload = 0 } = status;
  const troubled = state === 'unreachable' || state === 'refused' || state === 'connecting';
  return {
    id: trunk.id,
    name: trunk.name,
    state,
    since: status.since,
    said: troubled && trouble ? trouble.said : overload > 0 ? overloaded(overload) : words[state],
    ...(troubled && trouble ? { cure: trouble.cure } : overload > 0 ? { cure: overloadedCure } : {}),
    calls: status.calls,
    maxCalls: trunk.maxCalls,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(publicAddress === undefined ? {} : { publicAddress }),
    ...(lastExchange ? { lastExchange: brief(lastExchange) } : {}),
    ...(lastSuccess ? { lastSuccess: brief(lastSuccess) } : {}),
    ...(targets.length > 1 ? { targets: targets.map((target) => targetLive(target, status.flows)) } : {}),
  };
}

const brief = ({ at, request, status, text }: TrunkExchange) => ({
  at,
  text: `${request} -> ${status} ${text}`,
});

function targetLive(
  { address, port, state, at }: TrunkStatus['targets'][number],
  flows: TrunkStatus['flows'],
): TrunkTargetLive {
  const written = address.includes(':') ? `[${address}]` : address;
  const place = `${written}:${port}`;
  const flow = flows?.find((one) => one.address === place);
  return {
    address: place,
    state,
    ...(at === undefined ? {} : { at }),
    ...(flow ? { registered: flow.live } : {}),
  };
}
