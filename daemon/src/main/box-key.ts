import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../base/error.ts';
import { type DeviceKey, loadDeviceKey } from '../config/device-key.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';

/**
 * The box's own key. A broken one is put aside and another made: telephones without PINs are better than no
 * telephones. Wherever a new key meets PINs that were stored under another, an alarm says that they are void.
 * @param hasPins whether PINs are stored
 * @throws CodedError `config/device-key-unreadable`, `config/write-failed`
 */
export async function boxKey(
  data: string,
  now: number,
  hasPins: boolean,
  alarms: AlarmBoard,
): Promise<DeviceKey> {
  const path = join(data, 'device-key');
  let isNew = !existsSync(path);
  let key: DeviceKey;
  try {
    key = await loadDeviceKey(path);
  } catch (error) {
    if (codeOf(error) !== 'config/device-key') throw error;
    await rename(path, `${path}.broken-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`);
    key = await loadDeviceKey(path);
    isNew = true;
  }
  alarms.set(isNew && hasPins, {
    id: 'pins-void',
    severity: 'critical',
    said: {
      ru: 'Ключ устройства новый: прежние ПИН-коды не действуют.',
      en: 'The key of the box is new: the PINs stored before are void.',
    },
    cure: {
      ru: 'Задайте ПИН-коды заново в разделе «Люди» и сообщите их владельцам.',
      en: 'Set the PINs again under People, and tell them to their owners.',
    },
  });
  return key;
}
