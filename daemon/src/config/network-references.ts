import type { ConfigIssue } from '../api/contract.ts';
import type { Config } from './schema.ts';

/** Refuses what would leave the box where nobody reaches it. */
export function checkNetwork({ network }: Pick<Config, 'network'>): ConfigIssue[] {
  if (network.mode === 'dhcp') return [];
  const refused = (key: string, ru: string, en: string): ConfigIssue[] => [
    { path: `/network/${key}`, said: { ru, en } },
  ];
  if (network.address === undefined)
    return refused('address', 'Впишите постоянный адрес с маской.', 'Enter the fixed address with its mask.');
  const [ip = '', bits = ''] = network.address.split('/');
  const own = numberOf(ip);
  const hosts = 2 ** (32 - Number(bits));
  const subnet = own - (own % hosts);
  const first = Number(ip.split('.')[0]);
  if (first === 0 || first === 127 || first >= 224)
    return refused('address', 'Такой адрес в сети не используют.', 'No network uses such an address.');
  if (own === subnet || own === subnet + hosts - 1)
    return refused(
      'address',
      'Это адрес самой сети или адрес для всех в ней. Возьмите другой.',
      'That is the address of the network itself, or of everybody in it. Take another.',
    );
  if (network.gateway === undefined)
    return refused(
      'gateway',
      'Впишите адрес маршрутизатора: без него у устройства нет выхода из сети офиса.',
      'Enter the address of the router: without it the box has no way out of the office network.',
    );
  const gateway = numberOf(network.gateway);
  if (gateway === own)
    return refused(
      'gateway',
      'Это адрес самого устройства. Нужен адрес маршрутизатора.',
      'That is the box itself. The address of the router is needed.',
    );
  if (gateway <= subnet || gateway >= subnet + hosts - 1)
    return refused(
      'gateway',
      `Маршрутизатор ${network.gateway} не в одной сети с адресом ${network.address}: устройство его не найдёт.`,
      `The router ${network.gateway} is in another network than ${network.address}: the box would not find it.`,
    );
  return [];
}

const numberOf = (ip: string): number => ip.split('.').reduce((all, part) => all * 256 + Number(part), 0);
