import type { DiagnosisView, Finding, SupportView } from '../../daemon/src/api/contract.ts';
import type { Office } from './office.ts';

const minute = 60_000;

/** Findings as the box makes them: one of each gravity. */
function findings(now: number): Finding[] {
  return [
    {
      ...{ code: 'trunk/refused', severity: 'critical', about: 'trunk:acme', at: now - minute },
      said: {
        ru: 'Линия «Оператор А»: оператор не принял имя или пароль (403 Forbidden).',
        en: 'Trunk "Operator A": the operator did not accept the user name or password (403 Forbidden).',
      },
      cure: {
        ru: 'Проверьте имя и пароль. Если они верны, спросите оператора, не закрыт ли доступ за неоплату.',
        en: 'Check the user name and password. If they are right, ask the operator whether access is closed.',
      },
      technical: 'REGISTER -> 403 Forbidden',
    },
    {
      ...{ code: 'port/trouble', severity: 'warning', about: 'port:2', at: now - 5 * minute },
      said: {
        ru: 'Гнездо 2 (Бухгалтерия). Воткнуто не в то гнездо: здесь чужое напряжение.',
        en: 'Socket 2 (Accounts). Plugged into the wrong socket: there is a foreign voltage.',
      },
      cure: {
        ru: 'Переставьте этот шнур в линейное гнездо, а сюда включите телефон.',
        en: 'Move this cord to a line socket and plug a telephone in here.',
      },
    },
    {
      ...{ code: 'net/shared-address', severity: 'info', about: 'trunk:bell', at: now },
      said: {
        ru: 'У офиса нет своего адреса в Интернете.',
        en: 'The office has no Internet address of its own.',
      },
      cure: { ru: 'Звонить это не мешает.', en: 'Calls work all the same.' },
    },
  ];
}

/** Gives an office troubles, somebody locked out, a certificate, and a bundle that is made when it is asked for. */
export function playTrouble(office: Office): { lifted: string[]; finishCheck(): void; finishBundle(): void } {
  const now = Date.now();
  const lifted: string[] = [];
  let diagnosis: DiagnosisView = { findings: findings(now) };
  const contents: SupportView['contents'] = [
    { name: 'config.json', said: { ru: 'Настройки без паролей', en: 'Settings without passwords' } },
    { name: 'log.txt', said: { ru: 'Последние строки журнала', en: 'The last lines of the log' } },
  ];
  let support: SupportView = { contents, state: 'none', steps: [] };
  const steps = (state: 'running' | 'done') => [
    {
      id: 'names',
      said: { ru: 'Имена серверов (DNS)', en: 'Names of servers (DNS)' },
      state: 'done' as const,
    },
    { id: 'servers', said: { ru: 'Серверы операторов', en: "Operators' servers" }, state },
  ];
  let locks = [
    {
      ...{ id: 'pin:port:1', kind: 'pin' as const, place: 'port:1', until: now + 8 * minute },
      said: { ru: 'Неверный ПИН-код: гнездо 1 (Приёмная)', en: 'Wrong PIN: socket 1 (Reception)' },
    },
  ];
  office.deps.help = {
    lockouts: {
      list: async () => locks,
      lift: async (id) => {
        lifted.push(id);
        locks = locks.filter((lock) => lock.id !== id);
        return true;
      },
    },
    certificate: {
      view: () => ({
        ...{ port: 443, kind: 'box', issuer: 'Linegate 12AB34', httpsOnly: false },
        fingerprint: Array.from({ length: 32 }, (_, i) => (i * 7 + 16).toString(16).toUpperCase()).join(':'),
        names: ['linegate.local', 'office.local', '192.168.1.10'],
        ...{ notBefore: now, notAfter: now + 800 * 24 * 60 * minute },
        authority: {
          fingerprint: 'AB:CD:EF:01',
          notAfter: now * 1.4,
          file: '/api/v1/certificate/authority.crt',
        },
      }),
      ownNames: [],
      authority: () => '',
      use: async () => {
        const said = {
          ru: 'Ключ не от этого сертификата.',
          en: 'The key does not belong to this certificate.',
        };
        throw Object.assign(new Error('no'), { said, path: '/key' });
      },
      restore: async () => false,
    },
    diagnosis: {
      view: async () => diagnosis,
      run: () => {
        diagnosis = { ...diagnosis, run: { state: 'running', startedAt: now, steps: steps('running') } };
        return true;
      },
    },
    support: {
      view: () => support,
      make: () => {
        support = { contents, state: 'making', steps: steps('running') };
        return true;
      },
      file: () => undefined,
      remove: () => {
        support = { contents, state: 'none', steps: [] };
        return true;
      },
    },
  };
  office.deps.audit.list = () => ({
    entries: [
      { id: 2, at: now, who: 'admin', from: '192.168.1.20', act: 'lockout-lifted', detail: 'pin:port:1' },
      {
        id: 1,
        at: now - minute,
        who: 'account:vera',
        from: '192.168.1.21',
        act: 'access-refused',
        detail: 'GET /config',
      },
    ],
  });
  return {
    lifted,
    finishCheck: () => {
      const run = { state: 'done' as const, startedAt: now, endedAt: Date.now(), steps: steps('done') };
      diagnosis = { findings: diagnosis.findings.slice(0, 2), run };
    },
    finishBundle: () => {
      const file = {
        name: 'linegate-support-x.tar.gz',
        bytes: 70_000,
        madeAt: now,
        by: 'admin',
        numbers: false,
      };
      support = { contents, state: 'ready', steps: steps('done'), file };
    },
  };
}
