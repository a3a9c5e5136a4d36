import type { RtpHeader } from '../rtp/packet.ts';
import type { RtpOutlet } from './rtp-outlet.ts';

export class RtcpReports {
  packetsReceived = 0;
  packetsLost = 0;
  jitterMs = 0;
  roundTripMs: number | undefined;
  newSource(_ssrc: number): void {}
  received(_header: RtpHeader, _audio: boolean, _now: number): void {
    this.packetsReceived++;
  }
  take(_data: Uint8Array, _ssrc: number, _now: number): boolean {
    return true;
  }
  compose(_outlet: RtpOutlet, _now: number, _wall: number, _bye: boolean): Uint8Array {
    return Buffer.alloc(8);
  }
}
