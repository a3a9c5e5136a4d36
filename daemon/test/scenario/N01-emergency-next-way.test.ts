import t from 'tap';
import { type OfficeDocument, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';

/** An office without city lines: alpha takes short codes, beta has only the dispatcher's long number. */
function trunksOnly(
  office: OfficeDocument,
  alpha: { host: string; port: number },
  beta: { host: string; port: number },
): void {
  pointTrunk(office, 'alpha', alpha, { emergencyShortCodes: true });
  pointTrunk(office, 'beta', beta, { emergencyNumber: '+74951120112' });
  office.ports = office.ports.filter((port: { kind: string }) => port.kind === 'fxs');
  office.routes = office.routes.filter((route: { id: string }) => route.id !== 'city');
}

for (const status of [486, 603] as const) {
  t.test(`${status} to an emergency call is not final: the next way is taken (ruling 5)`, async (t) => {
    const alpha = await startOperator(t, { usual: { status, ringMs: 0 } });
    const beta = await startOperator(t);
    const box = await startBox(t, { edit: (office) => trunksOnly(office, alpha, beta) });
    await box.dial(2, '103');
    const call = await until(
      'the other operator answers',
      () => beta.calls().find((c) => c.state === 'answered'),
      6000,
    );
    t.equal(alpha.calls()[0]?.number, '103', 'the short code where it works');
    t.equal(call.number, '+74951120112', "the dispatcher's long number where it does not");
    // Ruling 6: the site's geographic number, shown to whoever must find us.
    for (const [operator, id] of [
      [alpha, alpha.calls()[0]!.id],
      [beta, call.id],
    ] as const) {
      t.match(operator.header(id, 'From'), /<sip:\+74951234500@/);
      t.equal(operator.header(id, 'Privacy'), '');
    }
    void box.telephone(2).speak({ tone: 1000, level: -10 });
    await until('1 kHz reaches the dispatcher', () => beta.level(call.id, 1000) > -14 || undefined, 5000);
    box.telephone(2).hangup();
    t.match(await box.ended(), {
      service: 'emergency',
      trunkId: 'beta',
      answerSource: 'sip',
      legs: [{}, { place: 'trunk:alpha', sipStatus: status }, { place: 'trunk:beta' }],
    });
  });
}

t.test('a dead operator is left for the next within 5 s (ruling 5)', async (t) => {
  const alpha = await startOperator(t);
  alpha.silent = true;
  const beta = await startOperator(t);
  const box = await startBox(t, { edit: (office) => trunksOnly(office, alpha, beta) });
  await box.dial(2, '112');
  await until('the other operator answers', () => beta.calls().find((c) => c.state === 'answered'), 9000);
  box.telephone(2).hangup();
  const record = await box.ended();
  t.match(record, { service: 'emergency', trunkId: 'beta', legs: [{}, { q850: 102 }, {}] });
  const waited = record.legs[2]!.startedAt - record.legs[1]!.startedAt;
  t.ok(waited > 1000 && waited < 5500, `the next way was taken after ${waited} ms`);
});
