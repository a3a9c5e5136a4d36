import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { ConfigIssue } from '../api/contract.ts';
import { pemText } from '../base/pem.ts';
import { issueOf } from './issue.ts';
import { type Config, configSchema } from './schema.ts';

/**
 * Values that only Node can tell to be written the right way: certificates, keys, addresses. They are no part of the
 * schema, whose types the page takes too; the issues are the same as the schema's own, by the hint of the field.
 */
export function checkWrittenValues(config: Config): ConfigIssue[] {
  const wrong: (readonly (string | number)[])[] = [];
  const check = (path: readonly (string | number)[], sound: boolean): void => {
    if (!sound) wrong.push(path);
  };
  config.trunks.forEach((trunk, i) => {
    check(['trunks', i, 'tlsCa'], isCertificate(trunk.tlsCa));
    check(['trunks', i, 'tlsCertificate'], isCertificate(trunk.tlsCertificate));
    check(['trunks', i, 'tlsPrivateKey'], reads(trunk.tlsPrivateKey, createPrivateKey));
    check(['trunks', i, 'publicAddress'], trunk.publicAddress === '' || isIP(trunk.publicAddress) !== 0);
  });
  config.devices.forEach((device, i) => {
    check(['devices', i, 'tlsCa'], isCertificate(device.tlsCa));
  });
  return wrong.map((path) =>
    issueOf(configSchema, { code: 'custom', path: [...path], input: undefined, message: '' }),
  );
}

const isCertificate = (text: string): boolean => reads(text, (pem) => new X509Certificate(pem));

/** Whether text is empty, or PEM that `read` takes. */
function reads(text: string, read: (pem: string) => unknown): boolean {
  if (text === '') return true;
  try {
    read(pemText(text));
    return true;
  } catch {
    return false;
  }
}
