import t from 'tap';
import { until } from '../kit/box.ts';
import { connectFax, FAX_MS, faxOffice, noFax } from '../kit/fax/office.ts';
import { differingPixels, readTiff } from '../kit/fax/pages.ts';

t.setTimeout(240_000);

t.test(
  'the operator refuses T.38 with 488: the page goes as sound, intact (C07)',
  { skip: noFax, timeout: 230_000 },
  async (t) => {
    const { box, operator, sent, got, pages } = await faxOffice(t, 'box', { pages: 1, t38: 488 });
    await box.dial(1, '88121234567');
    const machine = connectFax(t, box, { calling: true, send: sent });
    await until('the offer of T.38', () => operator.offers.some((offer) => /^m=image/m.test(offer)), 10_000);
    let back = await operator.offer('audio');
    // Ours may not quite be over yet (RFC 3261 14.1).
    for (; back?.status === 491; back = await operator.offer('audio'))
      await new Promise((resolve) => setTimeout(resolve, 50));
    t.equal(back?.status, 200, "the operator's own offer of G.711 afterwards is taken");
    t.match(back?.body, /^m=audio [1-9]\d* RTP\/AVP 8/m, 'with a description');
    await until('the fax is through', () => (machine.over && operator.machine?.over) || undefined, FAX_MS);
    t.equal(machine.outcome.result, 0, 'the sender is content');
    t.equal(operator.result, 0, 'and so is the receiver');
    t.equal(differingPixels(pages, readTiff(got)), 0, 'not a pixel differs');
    t.match(await box.ended(), { fax: { by: 'g711' } });
  },
);
