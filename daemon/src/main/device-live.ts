import type { DeviceLive, Said } from '../api/contract.ts';
import type { Config, DeviceConfig } from '../config/schema.ts';
import type { DeviceStatus } from '../sip/index.ts';

const words: Record<DeviceStatus['state'], Said> = {
  registered: { ru: 'На связи', en: 'Registered' },
  ready: { ru: 'На связи', en: 'Ready' },
  unreachable: { ru: 'Не отвечает', en: 'Does not answer' },
  absent: { ru: 'Не подключено', en: 'Not registered' },
  refused: { ru: 'АТС не принимает нас', en: 'The PBX does not take us' },
  disabled: { ru: 'Выключено', en: 'Switched off' },
};

const cures: Partial<Record<DeviceStatus['state'], Said>> = {
  unreachable: {
    ru: 'Проверьте питание устройства и кабель.',
    en: 'Check the power of the device and its cable.',
  },
  refused: {
    ru: 'Проверьте имя и пароль этого внутреннего номера на АТС.',
    en: 'Check the user name and password of this extension in the PBX.',
  },
  absent: {
    ru: 'Включите устройство; проверьте в нём адрес этой коробки, имя и пароль.',
    en: 'Switch the device on; check the address of this box, the user name and the password in it.',
  },
};

/** A SIP device of the office as the page shows it. */
export function deviceLive(config: Config, device: DeviceConfig, status: DeviceStatus): DeviceLive {
  const person = config.people.find((p) => p.devices.includes(device.id));
  const extension = person?.extension ?? device.extension;
  const cure = status.trouble?.cure ?? cures[status.state];
  return {
    id: device.id,
    name: device.name,
    kind: device.kind,
    state: status.state,
    since: status.since,
    said: status.trouble?.said ?? words[status.state],
    ...(cure ? { cure } : {}),
    ...(extension ? { extension } : {}),
    ...(person ? { person: { id: person.id, name: person.name } } : {}),
    calls: status.calls,
    maxCalls: device.maxCalls,
    contacts: status.contacts,
  };
}
