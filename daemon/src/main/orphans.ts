import type { CallRegistry } from '../call/registry.ts';
import type { Records } from '../records/records.ts';
import type { SipGateway } from '../sip/index.ts';

/** Keeps each dialog's state on disk while it stands, so that a crash leaves no orphan running (ruling 7). */
export function journalDialogs(sip: SipGateway, calls: CallRegistry, records: Records): void {
  sip.on('dialogOpened', (leg, dialog) => {
    records.saveDialog({ ...dialog, callRecordId: calls.ofLeg(leg.id)?.id ?? '' });
  });
  sip.on('dialogClosed', (callId) => records.forgetDialog(callId));
}

/** Ends the dialogs that a crash has left over (ruling 7); does not wait for it. */
export function endOrphans(sip: SipGateway, records: Records, warn: (message: string) => void): void {
  for (const dialog of records.orphans()) {
    warn(`ending dialog ${dialog.callId}, left over by a crash`);
    void sip
      .endOrphan(dialog)
      .catch(() => false)
      .then((confirmed) => {
        // What nobody confirmed may still run up a bill: the next start tries again.
        if (confirmed) records.forgetDialog(dialog.callId);
      });
  }
}
