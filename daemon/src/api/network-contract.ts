import type { Said } from './contract.ts';

/** GET /api/v1/network: how the box stands in the network this moment. */
export interface NetworkView {
  /** Whether the settings of the network are the box's own; false: the system of this computer decides. */
  managed: boolean;
  name: string;
  addresses: { interface: string; address: string }[];
  gateways: string[];
  /** What became of the settings when they were last handed to the system. */
  said?: Said;
}
