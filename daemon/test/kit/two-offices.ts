import type { OfficesView } from '../../src/api/office-contract.ts';
import { type Box, type BoxOptions, type OfficeDocument, startBox, until } from './box.ts';

/** Two boxes, each an office of the other: Moscow (extensions 1X and 2X) and Saint Petersburg (6X). */
export interface TwoOffices {
  msk: Box;
  spb: Box;
}

/** How the other offices stand, as the page sees it. */
export const officesOf = (box: Box): Promise<OfficesView> => box.api.get<OfficesView>('/api/v1/offices');

/** Another office's entry in the settings, as an admin makes it of what that office's page shows. */
export async function entryOf(box: Box, id: string, name: string, numbers: string[]): Promise<object> {
  const { fingerprint, port } = await officesOf(box);
  return { id, name, address: `127.0.0.1:${port}`, fingerprints: [fingerprint], numbers, optionsSeconds: 5 };
}

/** Puts the other office's entry into the settings. */
export async function link(box: Box, entry: object): Promise<void> {
  await box.change({ op: 'put', path: '/offices', value: [entry] });
}

/** Waits until a box says so of its other office. */
export async function linkIs(box: Box, state: OfficesView['offices'][number]['state']): Promise<void> {
  await until(
    `the link is ${state}`,
    async () => (await officesOf(box)).offices[0]?.state === state || undefined,
    15_000,
  ).catch(async (error: Error) => {
    throw new Error(`${error.message}; it is ${JSON.stringify((await officesOf(box)).offices)}`);
  });
}

/** Starts both and links them. */
export async function twoOffices(
  t: Parameters<typeof startBox>[0],
  edits: { msk?: (document: OfficeDocument) => void; spb?: (document: OfficeDocument) => void } = {},
  options: Omit<BoxOptions, 'edit'> = {},
): Promise<TwoOffices> {
  const [msk, spb] = await Promise.all([
    startBox(t, { ...options, edit: (office) => edits.msk?.(office) }),
    startBox(t, {
      ...options,
      edit: (office) => {
        office.people = [];
        for (const port of office.ports) if (port.extension) port.extension = `6${port.number}`;
        edits.spb?.(office);
      },
    }),
  ]);
  await link(msk, {
    ...(await entryOf(spb, 'spb', 'Петербург', ['6X'])),
    fallbackNumber: '+78123200000',
  });
  await link(spb, await entryOf(msk, 'msk', 'Москва', ['1X', '2X']));
  return { msk, spb };
}
