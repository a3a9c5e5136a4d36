import type { Said } from '../dialplan/route-plan.ts';
import type { RegistrationState } from './registration.ts';

/** What the page shows of a trunk. */
export type TrunkState = 'registered' | 'up' | 'down' | 'registering' | 'disabled' | 'refused';

/** The last exchange with the operator's server, as the transaction layer saw it (C05). */
export interface TrunkExchange {
  /** Wall-clock ms. */
  at: number;
  /** REGISTER, OPTIONS or INVITE. */
  request: string;
  /** Final status; 408 if nothing came, 503 if nothing could be sent. */
  status: number;
  /** The server's own words, or ours if it said nothing. */
  text: string;
  said: Said;
}

export interface TrunkStatus {
  trunkId: string;
  state: TrunkState;
  /** Wall-clock ms at which it came into this state. */
  since: number;
  lastExchange?: TrunkExchange;
  /** Calls on it now, both directions. */
  calls: number;
}

/** What decides a trunk's state. */
export interface TrunkFacts {
  enabled: boolean;
  mode: 'register' | 'static';
  registration: RegistrationState['phase'];
  /** By OPTIONS and calls. */
  up: boolean;
}

/** The state that follows from what was seen. */
export function trunkState(facts: TrunkFacts): TrunkState {
  if (!facts.enabled) return 'disabled';
  if (facts.mode === 'static') return facts.up ? 'up' : 'down';
  switch (facts.registration) {
    case 'registered':
      return facts.up ? 'registered' : 'down';
    case 'idle':
    case 'registering':
      return 'registering';
    case 'refused':
      return 'refused';
    case 'failed':
      return 'down';
    case 'stopping':
      return 'disabled';
  }
}

/** An exchange in words for people. `answered`: the status came from the network, not from our engine. */
export function sayExchange(request: string, status: number, text: string, answered: boolean): Said {
  if (!answered) {
    return status === 503
      ? {
          ru: 'Сервер оператора недоступен: запрос не удалось отправить',
          en: "The operator's server cannot be reached: the request could not be sent",
        }
      : { ru: 'Сервер оператора не отвечает', en: "The operator's server does not answer" };
  }
  if (status < 300) {
    return request === 'REGISTER'
      ? { ru: 'Оператор принял регистрацию', en: 'The operator accepted the registration' }
      : { ru: 'Сервер оператора отвечает', en: "The operator's server answers" };
  }
  if (request === 'REGISTER' && (status === 401 || status === 407 || status === 403)) {
    return {
      ru: `Оператор не принял имя или пароль (${status} ${text})`,
      en: `The operator did not accept the user name or password (${status} ${text})`,
    };
  }
  if (request === 'REGISTER' && status === 404) {
    return {
      ru: `Оператор не знает такого имени (${status} ${text})`,
      en: `The operator does not know this user (${status} ${text})`,
    };
  }
  if (status === 503) {
    return {
      ru: `Сервер оператора перегружен или остановлен (${status} ${text})`,
      en: `The operator's server is overloaded or stopped (${status} ${text})`,
    };
  }
  return { ru: `Ответ оператора: ${status} ${text}`, en: `The operator answered: ${status} ${text}` };
}
