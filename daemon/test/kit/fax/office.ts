import { join } from 'node:path';
import type { Test } from 'tap';
import { findSpandsp } from '../../../src/media/fax/spandsp.ts';
import { type Box, pointTrunk, startBox } from '../box.ts';
import { FaxOperator, type FaxOperatorOptions } from './operator.ts';
import { document, type Page } from './pages.ts';
import { FaxMachine, type TerminalOptions } from './terminals.ts';

/** Why there is no fax on this machine; false where there is one. For `skip`. */
export const noFax: string | false = (() => {
  try {
    findSpandsp();
    return false;
  } catch (error) {
    return `no fax without libspandsp: ${(error as Error).message}`;
  }
})();

/** A fax takes some 8 s, and 5 s for each page; and a busy machine makes all of that longer. */
export const FAX_MS = 45_000;

export interface FaxOffice {
  box: Box;
  operator: FaxOperator;
  /** The document, and where the receiver puts it. */
  pages: Page[];
  sent: string;
  got: string;
}

/** A box with a fax on its first socket, and an operator with one behind it. `sender`: whose document it is. */
export async function faxOffice(
  t: Test,
  sender: 'box' | 'operator',
  options: Omit<FaxOperatorOptions, 'fax' | 'clock'> & { pages: number; ecm?: boolean },
  trunk: object = {},
): Promise<FaxOffice> {
  const folder = t.testdir();
  const [sent, got] = [join(folder, 'sent.tif'), join(folder, 'got.tif')];
  const pages = document(sent, options.pages);
  const fax: TerminalOptions = {
    ...(sender === 'box' ? { calling: false, receive: got } : { calling: true, send: sent }),
    ecm: options.ecm ?? true,
  };
  let box: Box | undefined;
  const clock = (): number => box?.simulator.time.ms ?? 0;
  const operator = await FaxOperator.start(t, { ...options, fax, clock });
  box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator, trunk);
      office.ports[0].role = 'fax';
    },
  });
  return { box, operator, pages, sent, got };
}

/** Puts a fax machine on a lifted telephone's line; it hangs up when it is done. */
export function connectFax(t: Test, box: Box, options: TerminalOptions): FaxMachine {
  const machine = new FaxMachine(options);
  t.teardown(() => machine.close());
  const telephone = box.telephone(1);
  machine.onEnd = () => void setTimeout(() => telephone.hangup(), 300);
  telephone.modem = machine;
  return machine;
}
