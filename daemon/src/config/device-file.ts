import { CodedError } from '../base/error.ts';
import { type ReadPreset, recommended } from './device-presets.ts';

/** What goes into a device's own settings. The password makes the file a secret. */
export interface DeviceAccount {
  deviceId: string;
  user: string;
  password: string;
  /** Shown on the device; one line. */
  name: string;
  /** Where it registers: address of the box as devices see it, and SIP port. */
  host: string;
  port: number;
}

/** A file to be loaded into a device. */
export interface DeviceFile {
  name: string;
  type: string;
  text: string;
}

const escapeXml = (text: string): string =>
  text.replace(/[<>&"']/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[c] ?? '&apos;');

/**
 * The settings of one device in its vendor's own form. Nothing in a value can become a setting of its own: control
 * characters, line ends among them, are no part of names and passwords here.
 * @throws CodedError `config/no-device-file` for a model that has no such form
 */
export function deviceFile(preset: ReadPreset, account: DeviceAccount): DeviceFile {
  const { form } = preset;
  if (!form) throw new CodedError('config/no-device-file', `${preset.id} is set up by hand`);
  const { host, port } = account;
  const literal = host.includes(':') ? `[${host}]` : host;
  const known: Record<string, string> = {
    host,
    port: String(port),
    server: port === 5060 ? literal : `${literal}:${port}`,
    user: account.user,
    password: account.password,
    name: account.name,
    seconds: String(recommended.registerSeconds),
    minutes: String(recommended.registerSeconds / 60),
    keepalive: String(recommended.keepaliveSeconds),
  };
  const values = form.values.map(([key, text]): [string, string] => [
    key,
    text.replace(/\{(\w+)\}/g, (_, name: string) => plain(known[name] ?? '')),
  ]);
  const xml = (open: string, close: string, line: (key: string, value: string) => string): string =>
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      open,
      ...values.map(([key, value]) => line(key, escapeXml(value))),
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
        text: ['#!version:1.0.0.1', ...values.map(([key, value]) => `${key} = ${value}`), ''].join('\n'),
      };
  }
}

/** Without control characters, so that a value stays one value. */
const plain = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, '');
