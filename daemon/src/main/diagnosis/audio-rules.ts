import type { Finding } from '../../api/contract.ts';
import { isPrivate, isPublic } from './addresses.ts';
import type { CallSeen, Observations } from './observations.ts';

/** A shorter call may have ended before anybody spoke. */
const LEAST_SECONDS = 5;
/** So many packets are a second of speech: enough to say that something went that way. */
const LEAST_PACKETS = 50;

/** One-way audio, by what each side has sent and where it was told to send to. */
export function audioRules(seen: Observations): Finding[] {
  const latest = new Map<string, CallSeen>();
  const times = new Map<string, number>();
  for (const call of seen.calls) {
    const fault = faultOf(call);
    if (!fault) continue;
    const key = `${fault} ${call.place}`;
    times.set(key, (times.get(key) ?? 0) + 1);
    if (!latest.has(key)) latest.set(key, call);
  }
  return [...latest].map(([key, call]) => {
    const name = nameOf(seen, call.place);
    const { said, cure } = wordsOf(call, name, seen);
    return {
      ...{ code: `audio/${faultOf(call)}`, severity: 'warning', said, cure, about: `call:${call.callId}` },
      at: call.at,
      technical: technical(call, times.get(key) ?? 1),
    };
  });
}

type Fault = 'they-are-not-heard' | 'we-are-not-heard' | 'silent';

function faultOf({ seconds, sent, received }: CallSeen): Fault | undefined {
  if (seconds < LEAST_SECONDS) return undefined;
  if (received === 0 && sent === 0) return 'silent';
  if (received === 0 && sent >= LEAST_PACKETS) return 'they-are-not-heard';
  if (sent === 0 && received >= LEAST_PACKETS) return 'we-are-not-heard';
  return undefined;
}

function wordsOf(
  call: CallSeen,
  { ru, en }: { ru: string; en: string },
  seen: Observations,
): Pick<Finding, 'said' | 'cure'> {
  const fault = faultOf(call);
  if (fault === 'we-are-not-heard')
    return {
      said: {
        ru: `${ru}: собеседник не слышал нас. Речь от него приходила, от нас не ушла.`,
        en: `${en}: the other side did not hear us. Its speech came in, ours did not go out.`,
      },
      cure: {
        ru: 'Проверьте, не стоял ли вызов на удержании и не занята ли плата линий. Если повторяется, соберите файл для поддержки.',
        en: 'See whether the call was on hold, and whether the line card works. If it comes again, make a support bundle.',
      },
    };
  if (fault === 'silent')
    return {
      said: {
        ru: `${ru}: в разговоре не было речи ни в одну сторону.`,
        en: `${en}: no speech went either way in the call.`,
      },
      cure: {
        ru: 'Скорее всего, порты для речи (UDP) закрыты в роутере или межсетевом экране. Разрешите их и выключите в роутере «SIP ALG».',
        en: 'Most likely the ports for speech (UDP) are closed in the router or firewall. Open them, and switch "SIP ALG" off in the router.',
      },
    };
  const { ourMedia = '', theirMedia = '', peer = '' } = call;
  const said = (ruWhy: string, enWhy: string): Finding['said'] => ({
    ru: `${ru}: собеседника не было слышно. ${ruWhy}`,
    en: `${en}: the other side was not heard. ${enWhy}`,
  });
  if (isPrivate(theirMedia) && isPublic(peer))
    return {
      said: said(
        'Другая сторона прислала для речи адрес своей внутренней сети, и оттуда ничего не пришло.',
        'It gave an address of its own inner network for speech, and nothing came from there.',
      ),
      cure: {
        ru: 'Это ошибка на стороне оператора или его оборудования за роутером. Покажите ему строку «Подробности»: адрес в SDP из частной сети.',
        en: 'The fault is with the operator, or with its equipment behind a router. Show it the details: the address in the SDP is a private one.',
      },
    };
  const trunk = seen.trunks.find(({ id }) => call.place === `trunk:${id}`);
  if (isPrivate(ourMedia) && isPublic(peer) && trunk?.sdpAddress === 'local')
    return {
      said: said(
        'Оператор, похоже, отправляет речь на наш внутренний адрес и не смотрит, откуда приходит наша.',
        'The operator seems to send speech to our inner address, and not to look where ours comes from.',
      ),
      cure: {
        ru: 'Выключите в роутере «SIP ALG». Если не помогло, выберите в настройках линии «Адрес для речи: внешний» и пробросьте на роутере порты UDP для речи на это устройство.',
        en: 'Switch "SIP ALG" off in the router. If that does not help, choose "Address for speech: the public one" in the trunk\'s settings, and forward the UDP ports for speech to this box in the router.',
      },
    };
  return {
    said: said(
      'Наша речь уходила, а к нам не пришло ни одного пакета.',
      'Our speech went out, and not one packet came to us.',
    ),
    cure: {
      ru: 'Скорее всего, входящую речь (UDP) не пропускает роутер или межсетевой экран. Разрешите порты для речи и выключите в роутере «SIP ALG».',
      en: 'Most likely the router or firewall does not let speech (UDP) in. Open the ports for speech, and switch "SIP ALG" off in the router.',
    },
  };
}

function nameOf({ trunks }: Observations, place: string): { ru: string; en: string } {
  const trunk = trunks.find(({ id }) => place === `trunk:${id}`);
  if (trunk) return { ru: `Линия «${trunk.name}»`, en: `Trunk "${trunk.name}"` };
  const [, id = place] = place.split(':');
  return { ru: `Телефон ${id}`, en: `Telephone ${id}` };
}

function technical(call: CallSeen, times: number): string {
  const parts = [
    `${times} of the last calls`,
    `RTP sent ${call.sent}, received ${call.received} in ${Math.round(call.seconds)} s`,
    ...(call.ourMedia ? [`our SDP ${call.ourMedia}`] : []),
    ...(call.theirMedia ? [`their SDP ${call.theirMedia}`] : []),
    ...(call.peer ? [`signalling with ${call.peer}`] : []),
  ];
  return parts.join('; ');
}
