/** Reliable responses, PRACK, re-INVITE and UPDATE through a path that drops, repeats and delays each in turn. */
import t from 'tap';
import { type Any, sdp, within } from './kit.ts';
import { harmEach, pair } from './losing-path.ts';

t.test(
  'reliable ringing, PRACK, re-INVITE both ways, UPDATE and BYE by the callee: each message harmed',
  async (t) => {
    const { caller, callee, state, toB, clean } = await pair(t);
    let answered: ((dialog: Any) => void) | undefined;
    const seen = { invites: 0, pracks: 0 };
    callee.invite((req: Any, res: Any) => {
      seen.invites++;
      res.send(
        183,
        { headers: { Require: '100rel' }, body: sdp(5000) },
        () => {},
        () => {
          seen.pracks++;
          callee.createUAS(req, res, { localSdp: sdp(5000) }).then((dialog: Any) => answered?.(dialog));
        },
      );
    });
    const runs = await harmEach(
      t,
      state,
      async () => {
        const standing = new Promise<Any>((resolve) => {
          answered = resolve;
        });
        const uac = await within(
          caller.createUAC(`sip:1@127.0.0.1:${toB}`, { localSdp: sdp(), headers: { Supported: '100rel' } }),
          3000,
          'answer',
        );
        const uas = await within(standing, 3000, 'uas');
        uac.on('modify', (_q: Any, r: Any) => r.send(200, { body: sdp(4002) }));
        for (const side of [uas, uac])
          side.on('update', (_q: Any, r: Any) => r.send(200, { body: sdp(5002) }));
        uas.on('modify', (_q: Any, r: Any) => r.send(200, { body: sdp(5004) }));
        // The ACK may still be on its way, and re-INVITEs of both sides have to take turns.
        const offer = async (side: Any, method: string, port: number): Promise<void> => {
          for (let tries = 0; ; tries++) {
            const { status } = await within(side.request({ method, body: sdp(port) }), 3000, method);
            if (status === 200) return;
            if (tries > 5 || (status !== 491 && status !== 500)) throw new Error(`${method} ${status}`);
            await new Promise((resolve) => setTimeout(resolve, 60));
          }
        };
        await offer(uac, 'INVITE', 4010);
        await offer(uac, 'UPDATE', 4012);
        await offer(uas, 'INVITE', 5010);
        await within(uas.destroy(), 3000, 'BYE');
        await clean();
      },
      18,
    );
    t.same(seen, { invites: runs, pracks: runs }, 'each told to the client once');
  },
);
