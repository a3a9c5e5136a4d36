import { Baresip, type BaresipOptions } from '../peers/baresip.ts';
import type { Box, OfficeDocument } from './box.ts';

export const devicePassword = 'kept-in-the-telephone';

/** The office with an IP telephone, `ivan-desk`, on Ivan's desk: number 31. */
export function withTelephone(office: OfficeDocument): void {
  office.devices = [
    {
      id: 'ivan-desk',
      name: 'Desk of Ivan',
      user: 'ivan',
      password: devicePassword,
      classOfService: 'staff',
      costCentre: 'sales',
    },
  ];
  office.people.push({
    id: 'ivan',
    name: 'Иван',
    extension: '31',
    devices: ['ivan-desk'],
    classOfService: 'staff',
  });
}

interface Test {
  teardown(fn: () => unknown): void;
}

/** Ivan's telephone, registered; it answers by itself and speaks 440 Hz unless said otherwise. */
export async function ivansTelephone(
  t: Test,
  box: Box,
  options: Partial<BaresipOptions> = {},
): Promise<Baresip> {
  const phone = await Baresip.start(t, { user: 'unused', audio: 'sine:440', ...options });
  await phone.register(`${box.sip.host}:${box.sip.port}`, 'ivan', devicePassword);
  return phone;
}

/** The office with a PBX by SIP (wire E), behind which are 205, 215 to 295; `change`: how it is connected. */
export function withPbx(office: OfficeDocument, change: object): void {
  office.devices = [
    {
      id: 'pbx',
      name: 'Office PBX',
      kind: 'pbx',
      user: 'linegate',
      numbers: ['2X5'],
      classOfService: 'staff',
      costCentre: 'works',
      maxCalls: 8,
      ...change,
    },
  ];
}
