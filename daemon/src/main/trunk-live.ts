import type { Said, TrunkLive, TrunkState } from '../api/contract.ts';
import type { TrunkConfig } from '../config/schema.ts';
import type { TrunkStatus } from '../sip/trunk-status.ts';

const states: Record<TrunkStatus['state'], TrunkState> = {
  disabled: 'disabled',
  registering: 'connecting',
  registered: 'registered',
  up: 'ready',
  down: 'unreachable',
  refused: 'refused',
};

const words: Record<TrunkState, Said> = {
  disabled: { ru: 'Выключена', en: 'Switched off' },
  connecting: { ru: 'Регистрируется у оператора', en: 'Registering with the operator' },
  registered: { ru: 'Работает, зарегистрирована', en: 'Works, registered' },
  ready: { ru: 'Работает', en: 'Works' },
  unreachable: { ru: 'Оператор не отвечает', en: 'The operator does not answer' },
  refused: { ru: 'Оператор не принимает нас', en: 'The operator does not take us' },
};

const cures: Partial<Record<TrunkState, Said>> = {
  unreachable: {
    ru: 'Проверьте Интернет и адрес сервера. Звонки пока идут другими путями, если они есть.',
    en: 'Check the Internet and the address of the server. Calls take other routes meanwhile, if there are any.',
  },
  refused: {
    ru: 'Проверьте имя и пароль в договоре с оператором.',
    en: 'Check the user name and password in the contract with the operator.',
  },
};

/** A trunk as the page shows it: from what the transaction layer saw, and nothing else (C05). */
export function trunkLive(trunk: TrunkConfig, status: TrunkStatus): TrunkLive {
  const state = states[status.state];
  const exchange = status.lastExchange;
  const troubled = state === 'unreachable' || state === 'refused';
  const cure = cures[state];
  return {
    id: trunk.id,
    name: trunk.name,
    state,
    since: status.since,
    said: troubled && exchange ? exchange.said : words[state],
    ...(cure ? { cure } : {}),
    calls: status.calls,
    maxCalls: trunk.maxCalls,
    ...(exchange
      ? {
          lastExchange: {
            at: exchange.at,
            text: `${exchange.request} -> ${exchange.status} ${exchange.text}`,
          },
        }
      : {}),
  };
}
