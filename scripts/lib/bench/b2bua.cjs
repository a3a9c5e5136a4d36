/**
 * A plain drachtio-srf application that joins each caller with one called party, as it would against a
 * drachtio-server: `b2bua.cjs HOST:PORT SECRET SIP-URI`. CommonJS without a compiler, so that its memory and
 * CPU time are those of drachtio-srf.
 */
const Srf = require('drachtio-srf');

const [control = '', secret, uri] = process.argv.slice(2);
const [host, port] = control.split(':');
const srf = new Srf();

srf.on('error', (error) => {
  process.stderr.write(`b2bua: ${error.message}\n`);
  process.exit(1);
});
srf.invite(async (req, res) => {
  try {
    const { uas, uac } = await srf.createB2BUA(req, res, uri, { localSdpB: req.body });
    uas.other = uac;
    uac.other = uas;
    for (const dialog of [uas, uac]) {
      const end = () => dialog.other.destroy().catch(() => {});
      // A BYE that was read together with the ACK has come before anybody could listen for it.
      if (dialog.connected) dialog.on('destroy', end);
      else end();
    }
  } catch {
    // The caller has been told.
  }
});
srf.connect({ host, port: Number(port), secret }, (error) => {
  if (error) throw error;
  process.stdout.write('ready application=b2bua\n');
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit(0));
