import t from 'tap';
import { until } from '../kit/box.ts';
import { connectFax, FAX_MS, faxOffice, noFax } from '../kit/fax/office.ts';
import { differingPixels, readTiff } from '../kit/fax/pages.ts';

t.setTimeout(240_000);

t.test(
  'a fax comes in: our fax answers, we offer T.38, and a session refresh in its midst harms nothing (C07)',
  { skip: noFax, timeout: 230_000 },
  async (t) => {
    const { box, operator, got, pages } = await faxOffice(t, 'operator', {
      pages: 2,
      t38: 'takes',
      loss: 0.05,
    });
    const telephone = box.telephone(1);
    const calling = operator.call(box.sip, '+74951110000');
    await until('it rings', () => telephone.ringing || undefined, 8000);
    telephone.lift();
    const machine = connectFax(t, box, { calling: false, receive: got });
    await calling;
    await until('T.38', () => operator.mode === 't38', 10_000);
    t.match(operator.offers.at(-1), /^m=image \d+ udptl t38\r$/m, 'offered by us, whose fax has answered');
    await until(
      'the first page is under way',
      async () => (await box.live()).calls[0]?.fax?.bitRate === 14_400 || undefined,
      20_000,
    );
    const before = operator.datagrams.received;
    const [first, second] = [await operator.refresh(), await operator.refresh()];
    t.match([first?.status, second?.status], [200, 200]);
    t.match(first?.body, /^m=image [1-9]\d* udptl t38\r$/m, 'T.38 stays');
    t.equal(second?.body, first?.body);
    await until('the fax is through', () => (machine.over && operator.terminal?.over) || undefined, FAX_MS);
    t.equal(machine.outcome.result, 0, 'the receiver is content');
    t.equal(operator.result, 0, 'and so is the sender');
    t.equal(differingPixels(pages, readTiff(got)), 0, 'not a pixel differs');
    t.ok(
      operator.datagrams.received > before && operator.datagrams.lost > 0,
      `${operator.datagrams.lost} lost`,
    );
    t.match(await box.ended(), { direction: 'incoming', fax: { by: 't38', pages: 2, result: 'ok' } });
  },
);
