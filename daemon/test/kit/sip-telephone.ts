import type { Test } from 'tap';
import { Baresip } from '../peers/baresip.ts';
import { SrfPhone } from '../peers/srf-phone.ts';
import { type Box, type OfficeDocument, startBox } from './box.ts';

const password = 'kept-in-the-telephone';

/** The office with an IP telephone on Ivan's desk, number 31. */
export function withTelephone(office: OfficeDocument): void {
  office.devices = [
    {
      id: 'ivan-desk',
      name: 'Desk of Ivan',
      user: 'ivan',
      password,
      classOfService: 'staff',
      costCentre: 'works',
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

/** Ivan's telephone, registered; it speaks 440 Hz. */
export async function telephoneAt(t: Test, box: Box): Promise<Baresip> {
  const phone = await Baresip.start(t, { user: 'unused', audio: 'sine:440' });
  await phone.register(`${box.sip.host}:${box.sip.port}`, 'ivan', password);
  return phone;
}

/** The desk and the store hear each other, each its own tone. */
export async function together(t: Test, box: Box): Promise<void> {
  const [desk, store] = [box.telephone(1), box.telephone(2)];
  void desk.speak({ tone: 1000, level: -10 });
  t.pass(`the store hears ${(await store.waitForTone(1000, -16, 5000)).toFixed(1)} dBm0`);
  desk.hush();
  void store.speak({ tone: 700, level: -10 });
  t.pass(`the desk hears ${(await desk.waitForTone(700, -16, 5000)).toFixed(1)} dBm0`);
  store.hush();
}

/** A telephone known by its address, number 31, that does as it is told. */
export async function scriptedAt(
  t: Test,
  edit: (office: OfficeDocument) => void = () => {},
): Promise<[Box, SrfPhone]> {
  const phone = await SrfPhone.start(t);
  const box = await startBox(t, {
    edit: (office) => {
      withTelephone(office);
      Object.assign(office.devices[0], {
        mode: 'static',
        address: `${phone.host}:${phone.port}`,
        password: '',
      });
      edit(office);
    },
  });
  return [box, phone];
}

/** The desk talks to it and hears its own echo. */
export async function echoing(box: Box, phone: SrfPhone): Promise<void> {
  await box.dial(1, '31');
  await phone.until('it answers', () => phone.dialogs.length > 0);
  void box.telephone(1).speak({ tone: 1000, level: -10 });
  await box.telephone(1).waitForTone(1000, -16, 5000);
}
