import t from 'tap';
import { until } from '../kit/box.ts';
import { connectFax, FAX_MS, faxOffice, noFax } from '../kit/fax/office.ts';
import { differingPixels, readTiff } from '../kit/fax/pages.ts';

t.setTimeout(240_000);

t.test(
  'three pages go out by T.38 through 5 % of loss, every pixel intact',
  { skip: noFax, timeout: 230_000 },
  async (t) => {
    const { box, operator, sent, got, pages } = await faxOffice(t, 'box', {
      pages: 3,
      t38: 'takes',
      loss: 0.05,
    });
    await box.dial(1, '88121234567');
    const machine = connectFax(t, box, { calling: true, send: sent });
    await until('T.38', () => operator.mode === 't38', 10_000);
    const [first, offer] = [operator.offers[0] ?? '', operator.offers.at(-1) ?? ''];
    t.match(offer, /^m=image \d+ udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\n/m);
    const port = (body: string): string | undefined => /^m=\w+ (\d+)/m.exec(body)?.[1];
    t.equal(port(offer), port(first), 'on the port that the audio had');
    await until(
      'the page shows the fax',
      async () => (await box.live()).calls[0]?.fax?.by === 't38' || undefined,
      5000,
    );
    await until('the fax is through', () => (machine.over && operator.terminal?.over) || undefined, FAX_MS);
    t.equal(machine.outcome.result, 0, 'the sender is content');
    t.equal(operator.result, 0, 'and so is the receiver');
    t.equal(differingPixels(pages, readTiff(got)), 0, 'not a pixel differs');
    t.ok(operator.datagrams.lost > 5, `${operator.datagrams.lost} datagrams were lost`);
    t.match(await box.ended(), {
      fax: { by: 't38', pages: 3, result: 'ok', bitRate: 14_400, errorCorrection: true },
      releasedBy: 'caller',
    });
    t.same((await box.live()).calls, []);
  },
);
