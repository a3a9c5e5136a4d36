import type { EarlyDialog } from '../../call/leg.ts';
import { escapeUser, joinHostPort } from '../address.ts';

/** Messages that wait for somebody. */
export interface WaitingMessages {
  /** Not heard yet. */
  fresh: number;
  old: number;
}

/** One call of an extension, as far as a lamp shows it. */
export interface ExtensionCall {
  /** Stays the same for one call. */
  id: string;
  /** `trying`: it calls and nobody is alerted; `early`: it rings, there or here; `confirmed`: they talk. */
  state: 'trying' | 'early' | 'confirmed';
  direction: 'initiator' | 'recipient';
  /** While it is rung by SIP: how another telephone names it to pick it up (RFC 3891). */
  dialog?: EarlyDialog;
}

/** What devices may subscribe to. */
export interface OfficeState {
  /** Messages of whoever has a device; undefined: it is nobody's. */
  messages(deviceId: string): WaitingMessages | undefined;
  /** Calls of an extension; undefined: there is no such extension. */
  extensionCalls(extension: string): readonly ExtensionCall[] | undefined;
}

/** Address of an extension here. */
export const extensionUri = (extension: string, domain: string): string =>
  `sip:${escapeUser(extension)}@${joinHostPort(domain, undefined)}`;

/** Body of a message summary (RFC 3842 5.2). No message is ever urgent here, so that part is zero. */
export function messageSummary(waiting: WaitingMessages, account: string): string {
  const { fresh, old } = waiting;
  return [
    `Messages-Waiting: ${fresh > 0 ? 'yes' : 'no'}`,
    `Message-Account: ${account}`,
    `Voice-Message: ${fresh}/${old} (0/0)`,
    '',
  ].join('\r\n');
}

const escapeXml = (text: string): string =>
  text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[^\x20-\x7e]/g, '');

/** RFC 4235 4.1.1: the dialog from the point of view of the telephone that rings. */
const namedBy = ({ callId, localTag, remoteTag }: EarlyDialog): string =>
  ` call-id="${escapeXml(callId)}"${localTag === undefined ? '' : ` local-tag="${escapeXml(localTag)}"`} remote-tag="${escapeXml(remoteTag)}"`;

/**
 * Body of a dialog-info document (RFC 4235 4), always with the full state. It says that somebody is called or talks,
 * and not with whom: that is nobody else's affair.
 */
export function dialogInfo(entity: string, version: number, calls: readonly ExtensionCall[]): string {
  const dialogs = calls.map(
    ({ id, state, direction, dialog }) =>
      `<dialog id="${escapeXml(id)}"${dialog ? namedBy(dialog) : ''} direction="${direction}"><state>${state}</state></dialog>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="${escapeXml(entity)}">`,
    ...dialogs,
    '</dialog-info>',
    '',
  ].join('\r\n');
}
