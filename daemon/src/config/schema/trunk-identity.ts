import * as z from 'zod';
import { field } from '../field.ts';

/** How a trunk tells an operator who calls, and whom it believes: part of the trunk's own fields. */
export const trunkIdentity = {
  forwardedCaller: z
    .enum(['own', 'original'])
    .default('own')
    .meta(
      field(
        'Номер при переадресации',
        'Caller of forwarded calls',
        'Наш, или исходного звонящего, если оператор разрешает.',
        "Forwarded calls: our own number, or the original caller's with Diversion where the operator allows it.",
        {
          scope: 'next-call',
          choices: { own: ['наш', 'our own'], original: ['исходного звонящего', 'the original caller'] },
        },
      ),
    ),
  forwardedHeader: z
    .enum(['diversion', 'history-info', 'both', 'none'])
    .default('diversion')
    .meta(
      field(
        'Кто переадресовал',
        'Who forwarded',
        'Заголовок с нашим номером, когда показан исходный звонящий.',
        'The header that names our number while the original caller is shown (RFC 5806, RFC 7044).',
        {
          scope: 'next-call',
          technical: true,
          choices: {
            diversion: ['Diversion', 'Diversion'],
            'history-info': ['History-Info', 'History-Info'],
            both: ['оба', 'both'],
            none: ['не называть', 'not told'],
          },
        },
      ),
    ),
  fromUser: z
    .enum(['number', 'account'])
    .default('number')
    .meta(
      field(
        'Что стоит в From',
        'From',
        'Наш номер или имя из договора: как требует оператор.',
        'Our number, or the user name of the contract, as the operator asks.',
        {
          scope: 'next-call',
          technical: true,
          choices: { number: ['номер', 'the number'], account: ['имя', 'the user name'] },
        },
      ),
    ),
  identityHeaders: z
    .array(
      z.enum(['asserted', 'preferred', 'remote-party']).meta(
        field('Заголовок', 'Header', 'Заголовок с номером.', 'A header with the number.', {
          choices: {
            asserted: ['P-Asserted-Identity', 'P-Asserted-Identity'],
            preferred: ['P-Preferred-Identity', 'P-Preferred-Identity'],
            'remote-party': ['Remote-Party-ID (старые станции)', 'Remote-Party-ID (old exchanges)'],
          },
        }),
      ),
    )
    .default(['asserted'])
    .meta(
      field(
        'Заголовки с нашим номером',
        'Headers with our number',
        'Кроме From.',
        'Besides From (RFC 3325).',
        { scope: 'next-call', technical: true },
      ),
    ),
  withheld: z
    .enum(['anonymous', 'number', 'header', 'bare'])
    .default('anonymous')
    .meta(
      field(
        'Скрытый номер',
        'Withheld number',
        'Как сказать оператору, что номер показывать нельзя.',
        'How the operator is told to show no number (RFC 3323, RFC 3325).',
        {
          scope: 'next-call',
          technical: true,
          choices: {
            anonymous: ['аноним в From, Privacy: id', 'Anonymous in From, Privacy: id'],
            number: ['номер в From, Privacy: id', 'the number in From, Privacy: id'],
            header: ['аноним в From, Privacy: header;id', 'Anonymous in From, Privacy: header;id'],
            bare: ['аноним в From и больше ничего', 'Anonymous in From and nothing else'],
          },
        },
      ),
    ),
  privacyNone: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Просить показать номер',
        'Ask to show the number',
        'Privacy: none, если оператор по умолчанию номер скрывает.',
        'Privacy: none, where the operator withholds numbers by default.',
        { scope: 'next-call', technical: true },
      ),
    ),
  callerFrom: z
    .enum(['asserted', 'from', 'remote-party'])
    .default('asserted')
    .meta(
      field(
        'Откуда брать номер звонящего',
        'Where the caller is read',
        'Заголовок, которому можно верить у этого оператора.',
        'The header to believe at this operator; From where it is missing.',
        {
          scope: 'next-call',
          technical: true,
          choices: {
            asserted: ['P-Asserted-Identity', 'P-Asserted-Identity'],
            from: ['From', 'From'],
            'remote-party': ['Remote-Party-ID', 'Remote-Party-ID'],
          },
        },
      ),
    ),
  passOn: z
    .array(
      z.enum(['user-to-user', 'identity', 'charging-vector']).meta(
        field('Заголовок', 'Header', 'Что передать дальше.', 'What is passed on.', {
          choices: {
            'user-to-user': ['данные звонящего (User-to-User)', "the caller's data (User-to-User)"],
            identity: ['подпись номера (Identity)', 'the signed number (Identity)'],
            'charging-vector': [
              'учёт операторов (P-Charging-Vector)',
              "operators' accounting (P-Charging-Vector)",
            ],
          },
        }),
      ),
    )
    .default(['user-to-user', 'identity'])
    .meta(
      field(
        'Что передавать при переадресации',
        'Passed on when forwarding',
        'Из того, что пришло с вызовом от другого оператора. Подпись передаётся, только если номера в вызове остались прежними.',
        "Of what came with a call from another operator. A signature goes on only where the call's numbers are still the same.",
        { scope: 'next-call', technical: true },
      ),
    ),
};
