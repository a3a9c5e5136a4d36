import type { Finding, Said } from '../../api/contract.ts';
import { hostOf, isPrivate, isPublic, isShared } from './addresses.ts';
import type { MessageSeen, Observations, TrunkSeen } from './observations.ts';
import { bodyLength, headerOf, headersOf, hostsIn, methodOf, statusOf, viaOf } from './sip-text.ts';

/** What goes wrong between us and operators: refusals, routers that rewrite SIP, ways that are closed. */
export function sipRules(seen: Observations): Finding[] {
  return seen.trunks
    .filter(({ enabled }) => enabled)
    .flatMap((trunk) => [
      ...rewritten(trunk, seen),
      ...wayClosed(trunk, seen),
      ...refused(trunk, seen),
      ...behindNat(trunk, seen),
    ]);
}

const about = (trunk: TrunkSeen): Pick<Finding, 'about'> => ({ about: `trunk:${trunk.id}` });
const line = ({ name }: TrunkSeen): Said => ({ ru: `Линия «${name}»`, en: `Trunk "${name}"` });

const algCure: Said = {
  ru: 'Найдите в настройках роутера «SIP ALG» («SIP Helper», «SIP Passthrough») и выключите, потом перезагрузите роутер. Если такой настройки нет, переведите линию на TCP или TLS: их он не читает.',
  en: 'Find "SIP ALG" ("SIP helper", "SIP passthrough") in the settings of the router, switch it off, and restart the router. If there is no such setting, set the trunk to TCP or TLS: it does not read these.',
};

/** A router that "helps" SIP: what comes back is not what was sent. */
function rewritten(trunk: TrunkSeen, seen: Observations): Finding[] {
  const probes = seen.probes
    .filter((probe) => probe.trunk === trunk.id)
    .flatMap(({ sent, answer }) => (answer ? [sent, answer] : []));
  const messages = [...trunk.messages, ...probes];
  for (const answer of [...messages].reverse()) {
    if (answer.direction !== 'in' || statusOf(answer.text) === undefined) continue;
    const back = viaOf(answer.text);
    const request = messages.find(
      (one) => one.direction === 'out' && back !== undefined && viaOf(one.text)?.branch === back.branch,
    );
    const sign = request && signOfAlg(request, answer);
    if (sign)
      return [
        {
          ...{ code: 'sip/alg', severity: 'warning', ...about(trunk), at: answer.at, technical: sign },
          said: {
            ru: `${line(trunk).ru}: роутер переписывает сообщения SIP. Из-за этого пропадают слышимость и входящие звонки.`,
            en: `${line(trunk).en}: the router rewrites SIP messages. That costs audibility and incoming calls.`,
          },
          cure: algCure,
        },
      ];
  }
  const cut = messages.find(isCut);
  if (!cut) return [];
  return [
    {
      ...{ code: 'sip/alg-length', severity: 'warning', ...about(trunk), at: cut.at },
      said: {
        ru: `${line(trunk).ru}: сообщения приходят с неверной длиной. Так бывает, когда их меняет роутер (SIP ALG).`,
        en: `${line(trunk).en}: messages come with a wrong length, as they do when a router changes them (SIP ALG).`,
      },
      cure: algCure,
      technical: `Content-Length ${headerOf(cut.text, 'content-length', 'l')}, body of ${bodyLength(cut.text)} octets, ${methodOf(cut.text)} from ${cut.remote}`,
    },
  ];
}

/** What shows that somebody between has changed a request or its answer, in English; undefined: nothing does. */
function signOfAlg(request: MessageSeen, answer: MessageSeen): string | undefined {
  const [sent, back] = [viaOf(request.text), viaOf(answer.text)];
  if (!sent || !back) return undefined;
  // RFC 3261 8.1.3.3: the Via comes back as it went, but for received and rport.
  if (sent.sentBy !== back.sentBy) return `Via sent as ${sent.sentBy}, came back as ${back.sentBy}`;
  const ours = hostOf(sent.sentBy);
  // 18.2.1: a server that sees another source address than the Via says must add it. Where it has not, the Via that it
  // saw was not the one that we sent.
  if (isPrivate(ours) && isPublic(hostOf(answer.remote)) && back.received === undefined)
    return `Via ${sent.sentBy} is a private address, and ${answer.remote} has added no received parameter: it was shown another Via`;
  if (methodOf(request.text) !== 'REGISTER' || (statusOf(answer.text) ?? 0) >= 300) return undefined;
  const contacts = hostsIn(headersOf(answer.text, 'contact', 'm'));
  const [contact] = hostsIn(headersOf(request.text, 'contact', 'm'));
  if (contact === undefined || contacts.length === 0 || contacts.includes(contact)) return undefined;
  // Many registrars write the address that they see in place of a private one; it then is the received of the Via.
  if (contacts.some((one) => hostOf(one) === back.received)) return undefined;
  return `Contact sent as ${contact}, registered as ${contacts.join(', ')}`;
}

/** A datagram whose body is not as long as it says (RFC 3261 18.3). */
function isCut({ direction, transport, text }: MessageSeen): boolean {
  const length = headerOf(text, 'content-length', 'l');
  return (
    direction === 'in' &&
    transport === 'udp' &&
    length !== undefined &&
    /^\d{1,9}$/.test(length) &&
    Number(length) !== bodyLength(text)
  );
}

/** A server that answers over TCP and not over UDP, or the other way round. */
function wayClosed(trunk: TrunkSeen, seen: Observations): Finding[] {
  const probes = seen.probes.filter((probe) => probe.trunk === trunk.id);
  const [udp, tcp] = (['udp', 'tcp'] as const).map((way) => probes.filter((one) => one.transport === way));
  const answers = (list: typeof probes = []): boolean => list.some(({ answer }) => answer !== undefined);
  const tried = (list: typeof probes = []): boolean => list.length > 0;
  if (trunk.transport === 'udp' && tried(udp) && !answers(udp) && answers(tcp))
    return [
      {
        ...{ code: 'sip/udp-closed', severity: 'critical', ...about(trunk), at: seen.at },
        said: {
          ru: `${line(trunk).ru}: сервер оператора отвечает по TCP, но не по UDP.`,
          en: `${line(trunk).en}: the operator's server answers over TCP, but not over UDP.`,
        },
        cure: {
          ru: 'Выберите в настройках линии транспорт TCP. Или разрешите UDP, порт 5060, в роутере и межсетевом экране.',
          en: 'Choose the transport TCP in the settings of the trunk. Or open UDP, port 5060, in the router and the firewall.',
        },
        technical: `OPTIONS to ${udp?.[0]?.target}: no answer over UDP, ${statusOf(tcp?.find((one) => one.answer)?.answer?.text ?? '')} over TCP`,
      },
    ];
  if (trunk.transport === 'tcp' && tried(tcp) && !answers(tcp) && answers(udp))
    return [
      {
        ...{ code: 'sip/tcp-closed', severity: 'critical', ...about(trunk), at: seen.at },
        said: {
          ru: `${line(trunk).ru}: сервер оператора отвечает по UDP, но не по TCP.`,
          en: `${line(trunk).en}: the operator's server answers over UDP, but not over TCP.`,
        },
        cure: {
          ru: 'Выберите в настройках линии транспорт UDP: TCP у этого оператора не включён.',
          en: 'Choose the transport UDP in the settings of the trunk: this operator does not serve TCP.',
        },
        technical: `OPTIONS to ${tcp?.[0]?.target}: ${tcp?.[0]?.error ?? 'no answer'} over TCP`,
      },
    ];
  return [];
}

/** Refusals and silence, each with the next step. */
const refusals: Readonly<Record<number, Said>> = {
  401: {
    ru: 'Наберите имя и пароль линии заново, как в договоре: заглавные и строчные буквы различаются. Иногда для входа нужно отдельное имя авторизации.',
    en: 'Type the user name and password of the trunk again as in the contract: capitals matter. Some operators want a user name of its own for authentication.',
  },
  403: {
    ru: 'Проверьте имя и пароль. Если они верны, спросите оператора, не закрыт ли доступ за неоплату, с другого адреса или после многих неверных попыток: такая блокировка обычно снимается через час.',
    en: 'Check the user name and password. If they are right, ask the operator whether access is closed: unpaid, tied to another address, or after many wrong attempts, which mostly passes within an hour.',
  },
  404: {
    ru: 'Такого имени у оператора нет. Проверьте, не перепутаны ли номер телефона и имя линии и тот ли указан сервер (домен).',
    en: 'The operator has no such name. See that the telephone number and the user name are not mixed up, and that the server (domain) is the right one.',
  },
  407: {
    ru: 'Наберите имя и пароль линии заново, как в договоре.',
    en: 'Type the user name and password of the trunk again as in the contract.',
  },
  408: {
    ru: 'Проверьте адрес сервера и Интернет. Нажмите «Проверить сейчас»: проверка покажет, закрыт ли путь по UDP и находится ли имя сервера.',
    en: 'Check the address of the server, and the Internet. Press "Check now": it shows whether the way over UDP is closed and whether the name of the server is found.',
  },
  423: {
    ru: 'Увеличьте срок регистрации в настройках линии: оператор не принимает такого короткого.',
    en: 'Make the registration time in the settings of the trunk longer: the operator takes none so short.',
  },
  503: {
    ru: 'Подождите несколько минут: сервер оператора перегружен или обслуживается. Если это дольше часа, позвоните ему.',
    en: "Wait a few minutes: the operator's server is overloaded or under maintenance. If it takes more than an hour, call it.",
  },
};

function refused(trunk: TrunkSeen, seen: Observations): Finding[] {
  if ((trunk.state !== 'refused' && trunk.state !== 'down') || !trunk.trouble) return [];
  const { last, trouble } = trunk;
  const status = last?.status ?? 0;
  // Of what is known better already: the name leads nowhere, or the clock is wrong.
  const cure = refusals[status] ?? trouble.cure;
  return [
    {
      ...{ code: `trunk/${trunk.state === 'refused' ? 'refused' : 'no-answer'}`, severity: 'critical' },
      ...{ ...about(trunk), at: last?.at ?? seen.at },
      said: {
        ru: `${line(trunk).ru}: ${lower(trouble.said.ru)}.`,
        en: `${line(trunk).en}: ${lower(trouble.said.en)}.`,
      },
      cure: last?.request === 'REGISTER' || status === 408 ? cure : trouble.cure,
      ...(last ? { technical: `${last.request} -> ${last.status} ${last.text}`.trim() } : {}),
    },
  ];
}

/** Two translators one behind the other: our router's, and its provider's. */
function behindNat(trunk: TrunkSeen, seen: Observations): Finding[] {
  const outside = trunk.publicAddress === undefined ? '' : hostOf(trunk.publicAddress);
  if (!isShared(outside)) return [];
  return [
    {
      ...{ code: 'net/shared-address', severity: 'info', ...about(trunk), at: seen.at },
      said: {
        ru: `${line(trunk).ru}: у офиса нет своего адреса в Интернете, провайдер делит его между многими.`,
        en: `${line(trunk).en}: the office has no Internet address of its own; the provider shares one among many.`,
      },
      cure: {
        ru: 'Звонить это не мешает. Если пропадают входящие, попросите у провайдера «белый» адрес.',
        en: 'Calls work all the same. If incoming calls get lost, ask the provider for a public address.',
      },
      technical: `seen as ${trunk.publicAddress}, of 100.64.0.0/10 (RFC 6598)`,
    },
  ];
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
