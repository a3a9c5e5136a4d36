import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { findSpandsp } from '../../src/media/fax/spandsp.ts';
import { type Box, pointTrunk, startBox, until } from '../kit/box.ts';
import { FaxOperator, type FaxOperatorOptions } from '../kit/fax/operator.ts';
import { differingPixels, document, readTiff } from '../kit/fax/pages.ts';
import { FaxMachine } from '../kit/fax/terminals.ts';

/** A fax of several pages takes its own time: training, confirmation and all, some 7 s and 4 s for each page. */
const FAX_MS = 45_000;

let missing: string | undefined;
try {
  findSpandsp();
} catch (error) {
  missing = `no fax without the library: ${(error as Error).message}`;
}
const skip = missing ?? false;
// Faxes take their own time, and a busy machine more of it.
t.setTimeout(240_000);

/** Lifts, dials and leaves the line to a fax machine, which then sends the document. */
async function sendFrom(box: Box, t: Test, file: string): Promise<FaxMachine> {
  await box.dial(1, '88121234567');
  const machine = new FaxMachine({ calling: true, send: file });
  t.teardown(() => machine.close());
  const telephone = box.telephone(1);
  machine.onEnd = () => setTimeout(() => telephone.hangup(), 300);
  telephone.modem = machine;
  return machine;
}

interface Sending extends Omit<FaxOperatorOptions, 'fax'> {
  pages: number;
}

/** A box whose first socket has a fax, and an operator whose fax receives. */
async function office(
  t: Test,
  sending: Sending,
  trunk: object = {},
): Promise<{
  box: Box;
  operator: FaxOperator;
  sent: string;
  got: string;
  pages: ReturnType<typeof document>;
}> {
  const folder = t.testdir();
  const [sent, got] = [join(folder, 'sent.tif'), join(folder, 'got.tif')];
  const pages = document(sent, sending.pages);
  const operator = await FaxOperator.start(t, { ...sending, fax: { calling: false, receive: got } });
  const box = await startBox(t, {
    edit: (document) => {
      pointTrunk(document, 'alpha', operator, trunk);
      document.ports[0].role = 'fax';
    },
  });
  return { box, operator, sent, got, pages };
}

t.test(
  'three pages go out by T.38 through 5 % of loss, every pixel intact',
  { skip, timeout: 120_000 },
  async (t) => {
    const { box, operator, sent, got, pages } = await office(t, { pages: 3, t38: 'takes', loss: 0.05 });
    const machine = await sendFrom(box, t, sent);
    await until('T.38', () => operator.mode === 't38', 10_000);
    t.match(
      operator.offers.at(-1),
      /^m=image \d+ udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\n/m,
    );
    t.match(operator.offers.at(-1), /a=T38FaxRateManagement:transferredTCF\r\n/);
    t.match(operator.offers.at(-1), /a=T38FaxUdpEC:t38UDPRedundancy\r\n/);
    const port = (body = ''): string | undefined => /^m=\w+ (\d+)/m.exec(body)?.[1];
    t.equal(port(operator.offers.at(-1)), port(operator.offers[0]), 'on the port that the audio had');
    t.match((await box.live()).calls[0], { fax: { by: 't38' } }, 'the page shows it');
    await until('the fax is through', () => (machine.over && operator.terminal?.over) || undefined, FAX_MS);
    t.equal(machine.outcome.result, 0, 'the sender is content');
    t.equal(operator.result, 0, 'and so is the receiver');
    t.equal(differingPixels(pages, readTiff(got)), 0, 'not a pixel differs');
    t.ok(operator.datagrams.lost > 5, `${operator.datagrams.lost} datagrams were lost`);
    t.match(await box.ended(), {
      fax: { by: 't38', pages: 3, result: 'ok', bitRate: 14_400, errorCorrection: true },
      releasedBy: 'caller',
    });
  },
);

t.test(
  'the operator refuses T.38 with 488: the page goes as sound, intact',
  { skip, timeout: 120_000 },
  async (t) => {
    const { box, operator, sent, got, pages } = await office(t, { pages: 1, t38: 488 });
    const machine = await sendFrom(box, t, sent);
    await until('the fax is through', () => (machine.over && operator.machine?.over) || undefined, FAX_MS);
    t.ok(
      operator.offers.some((offer) => offer.includes('m=image')),
      'T.38 was offered',
    );
    t.equal(machine.outcome.result, 0);
    t.equal(operator.result, 0);
    t.ok(existsSync(got) && differingPixels(pages, readTiff(got)) === 0, 'not a pixel differs');
    t.match(await box.ended(), { fax: { by: 'g711' } });
  },
);
