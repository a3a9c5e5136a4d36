import { CodedError } from '../base/error.ts';
import { type DeviceFileForm, type ReadPreset, recommended } from './device-presets.ts';

/** What goes into a device's own settings. The password makes the file a secret. */
export interface DeviceAccount {
  deviceId: string;
  user: string;
  /** The name that goes with the password, if that is another. */
  authUser?: string;
  password: string;
  /** Shown on the device; one line. */
  name: string;
  /** Where it registers: address of the box as devices see it, and the SIP port for its transport. */
  host: string;
  port: number;
  /** Over TLS, and with SRTP; missing: UDP, and none. */
  srtp?: 'optional' | 'required';
}

/** A file to be loaded into a device. */
export interface DeviceFile {
  name: string;
  type: string;
  text: string;
}

const escapeXml = (text: string): string =>
  text.replace(/[<>&"']/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[c] ?? '&apos;');

/** Whether the file of a model can set what `account` wants. */
export const fileSuits = (preset: ReadPreset, account: Pick<DeviceAccount, 'srtp'>): boolean =>
  preset.form !== undefined && (account.srtp === undefined || preset.form.secure !== undefined);

/** The settings of one device by the vendor's own names. Values hold no control characters. */
export function vendorValues(
  preset: ReadPreset,
  account: DeviceAccount,
): { name: string; value: string; secret: boolean }[] {
  const { form } = preset;
  if (!form) return [];
  const { host, port, srtp } = account;
  const secure = srtp === undefined ? undefined : form.secure;
  const literal = host.includes(':') ? `[${host}]` : host;
  const known: Record<string, string> = {
    host,
    literal,
    port: String(port),
    // RFC 3261 19.1.2: a port that the transport has by itself need not be named.
    server: port === (secure ? 5061 : 5060) ? literal : `${literal}:${port}`,
    user: account.user,
    login: account.authUser || account.user,
    password: account.password,
    name: account.name,
    seconds: String(recommended.registerSeconds),
    minutes: String(recommended.registerSeconds / 60),
    keepalive: String(recommended.keepaliveSeconds),
  };
  const merged = new Map(form.values);
  if (secure && srtp) for (const [name, value] of [...secure.tls, ...secure[srtp]]) merged.set(name, value);
  return [...merged].map(([name, text]) => ({
    name,
    value: text.replace(/\{(\w+)\}/g, (_, key: string) => plain(known[key] ?? '')),
    secret: text.includes('{password}'),
  }));
}

/** Names under which telephones ask for the file where they are given a folder; by MAC address mostly. */
const ASKED: Readonly<Record<DeviceFileForm['format'], RegExp>> = {
  grandstream: /^cfg[0-9a-f]{12}\.xml$/i,
  cisco: /^(?:spa\w{1,12}|ata\w{1,12}|[0-9a-f]{12})\.(?:cfg|xml)$/i,
  yealink: /^[0-9a-f]{12}\.cfg$/i,
  fanvil: /^[0-9a-f]{12}\.(?:cfg|xml)$/i,
  snom: /^(?:snom\w{1,12}-)?[0-9a-f]{12}\.(?:xml|htm)$/i,
};

/** Whether a telephone of this model means its own file by `name`, or one that all of its kind share. */
export const asksForFile = (preset: ReadPreset, name: string): boolean =>
  preset.form !== undefined && ASKED[preset.form.format].test(name);

/**
 * The settings of one device in its vendor's own form. Nothing in a value can become a setting of its own: control
 * characters, line ends among them, are no part of names and passwords here.
 * @throws CodedError `config/no-device-file` for a model that has no such form
 */
export function deviceFile(preset: ReadPreset, account: DeviceAccount): DeviceFile {
  const { form } = preset;
  if (!form) throw new CodedError('config/no-device-file', `${preset.id} is set up by hand`);
  const values = vendorValues(preset, account);
  const xml = (open: string, close: string, line: (key: string, value: string) => string): string =>
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      open,
      ...values.map(({ name: key, value }) => line(key, escapeXml(value))),
      close,
      '',
    ].join('\n');
  const name = `${account.deviceId}-${preset.id}`;
  const xmlFile = (text: string): DeviceFile => ({ name: `${name}.xml`, type: 'application/xml', text });
  switch (form.format) {
    case 'grandstream':
      return xmlFile(
        xml(
          '<gs_provision version="1">\n<config version="1">',
          '</config>\n</gs_provision>',
          (key, value) => `<${key}>${value}</${key}>`,
        ),
      );
    case 'cisco':
      return xmlFile(xml('<flat-profile>', '</flat-profile>', (key, value) => `<${key}>${value}</${key}>`));
    case 'fanvil':
      return xmlFile(
        xml(
          '<sysConf>\n<Version>2.0000000000</Version>\n<sip>\n<line index="1">',
          '</line>\n</sip>\n</sysConf>',
          (key, value) => `<${key}>${value}</${key}>`,
        ),
      );
    case 'snom':
      return xmlFile(
        xml(
          '<settings>\n<phone-settings e="2">',
          '</phone-settings>\n</settings>',
          (key, value) => `<${key} idx="1" perm="">${value}</${key}>`,
        ),
      );
    case 'yealink':
      return {
        name: `${name}.cfg`,
        type: 'text/plain',
        text: ['#!version:1.0.0.1', ...values.map(({ name: key, value }) => `${key} = ${value}`), ''].join(
          '\n',
        ),
      };
  }
}

/** Without control characters, so that a value stays one value. */
const plain = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, '');
