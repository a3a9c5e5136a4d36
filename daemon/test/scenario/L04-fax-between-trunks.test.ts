import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Box, pointTrunk, startBox, until } from '../kit/box.ts';
import { FAX_MS, noFax } from '../kit/fax/office.ts';
import { FaxOperator, type FaxOperatorOptions } from '../kit/fax/operator.ts';
import { differingPixels, document, readTiff } from '../kit/fax/pages.ts';

t.setTimeout(240_000);

const NUMBER = '+74951110009';

/**
 * Time of both faxes, `haste` times ours: those that speak T.38 to each other need not live as slowly. It goes on only while this process does: a machine
 * that stands still is no silence of the other fax's.
 */
function patientClock(haste: number): () => number {
  let seen = performance.now();
  let passed = 0;
  return () => {
    const now = performance.now();
    passed += haste * Math.min(20, now - seen);
    seen = now;
    return passed;
  };
}

/** A box between two operators with a fax behind each: who calls sends. */
async function between(
  t: Test,
  caller: Partial<FaxOperatorOptions>,
  called: Partial<FaxOperatorOptions>,
  haste = 1,
): Promise<{ box: Box; sender: FaxOperator; receiver: FaxOperator; sent: string; got: string }> {
  const folder = t.testdir();
  const [sent, got] = [join(folder, 'sent.tif'), join(folder, 'got.tif')];
  document(sent, 1);
  const clock = patientClock(haste);
  const sender = await FaxOperator.start(t, {
    ...{ fax: { calling: true, send: sent, ecm: true }, t38: 'takes', clock },
    ...caller,
  });
  const receiver = await FaxOperator.start(t, {
    ...{ fax: { calling: false, receive: got, ecm: true }, t38: 'offers', clock },
    ...called,
  });
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', sender);
      pointTrunk(office, 'beta', receiver);
      office.routes = office.routes.filter(({ id }: { id: string }) => id === 'beta-out');
      office.destinations = [
        {
          ...{ id: 'far', name: 'Far', classOfService: 'staff' },
          steps: [{ targets: ['number:+79161112233'], seconds: 30, pressOne: false }],
        },
        ...(office.destinations ?? []),
      ];
      office.incomingNumbers = [
        { id: 'far', number: NUMBER, trunk: 'alpha', destination: 'far' },
        ...(office.incomingNumbers ?? []),
      ];
    },
  });
  return { box, sender, receiver, sent, got };
}

t.test(
  'a fax from trunk to trunk: T.38 offered by the one is offered to the other, and packets pass from fax to fax',
  { skip: noFax },
  async (t) => {
    const { box, sender, receiver, sent, got } = await between(t, { loss: 0.03 }, { loss: 0.03 }, 2);
    await sender.call(box.sip, NUMBER);
    await until(
      'T.38 on both sides',
      () => (sender.mode === 't38' && receiver.mode === 't38') || undefined,
      15_000,
    );
    t.match(sender.offers.at(-1), /^m=image [1-9]\d* udptl t38\r$/m, 'offered on');
    t.equal(receiver.offers.length, 1, 'whoever has offered is not offered it again');
    const page = await until('the page shows the fax', async () => (await box.live()).calls[0]?.fax, 8000);
    t.match(page, { by: 't38' });
    for (const side of [sender, receiver, sender, receiver]) {
      const refresh = await side.refresh();
      t.match(
        [refresh?.status, refresh?.body],
        [200, /^m=image [1-9]\d* udptl t38\r$/m],
        'a refresh changes nothing',
      );
    }
    await until(
      'the fax is through',
      () => (sender.terminal?.over && receiver.terminal?.over) || undefined,
      FAX_MS,
    );
    t.same([sender.result, receiver.result], [0, 0], 'both are content');
    t.equal(differingPixels(readTiff(sent), readTiff(got)), 0, 'not a pixel differs');
    await sender.hangUp();
    t.match(await box.ended(), { fax: { by: 't38', pages: 1, result: 'ok' } });
    await until('the other call is over', () => receiver.ended || undefined, 4000);
  },
);

t.test(
  'the other operator refuses T.38: the gateway stands between, and the call goes on',
  { skip: noFax },
  async (t) => {
    const { box, sender, receiver } = await between(t, { t38: 488 }, {});
    await sender.call(box.sip, NUMBER);
    await until('T.38 on one side', () => receiver.mode === 't38' || undefined, 15_000);
    await until('offered to the other', () => sender.offers.length > 0 || undefined, 8000);
    t.match(sender.offers.at(-1), /^m=image [1-9]\d* udptl t38\r$/m);
    await until('the gateway speaks T.38', () => receiver.datagrams.received > 0 || undefined, 8000);
    t.equal(sender.mode, 'audio', 'the other one has its sound');
    t.equal(sender.offers.length, 1, 'and is not asked again');
    t.match((await box.live()).calls[0]?.fax, { by: 't38' });
    await sender.hangUp();
    await until('the other call is over', () => receiver.ended || undefined, 4000);
    t.match(await box.ended(), { fax: { by: 't38' }, releasedBy: 'caller' });
  },
);
