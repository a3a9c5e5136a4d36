import { closeSync, openSync, writeSync } from 'node:fs';
import { messageOf } from '../base/error.ts';

/** Where Linux takes the longest time, us, that its processors may need to wake (Documentation/power/pm_qos_interface). */
const device = '/dev/cpu_dma_latency';

/** Whether processors may sleep deeply when they have nothing to do. */
export interface ProcessorSleep {
  /** They may not, until {@link allow}. Further times do nothing. */
  forbid(): void;
  allow(): void;
}

/**
 * The system's processors. A processor that sleeps deeply wakes up to milliseconds late and with cold caches, of which a
 * tick of audio has ten. The wish stands as long as the device is open, so it ends with the process, however that ends.
 * @param told gets one line if the system does not let us wish (no such device, no permission); all goes on without
 */
export function processorSleep(told: (message: string) => void, path = device): ProcessorSleep {
  let open: number | undefined;
  let refused = false;
  return {
    forbid() {
      if (open !== undefined || refused) return;
      try {
        open = openSync(path, 'w');
        writeSync(open, new Uint8Array(4));
      } catch (error) {
        refused = true;
        told(`processors cannot be kept from deep sleep during calls: ${messageOf(error)}`);
      }
    },
    allow() {
      if (open === undefined) return;
      closeSync(open);
      open = undefined;
    },
  };
}
