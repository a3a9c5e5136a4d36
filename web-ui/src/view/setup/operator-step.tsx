import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, ConfigEdit, ConfigView } from '../../../../daemon/src/api/contract.ts';
import { failureOf } from '../../api.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Failure } from '../../ui/parts.tsx';
import { Trunks } from '../box/box.tsx';
import { change } from './memory.ts';

/** An operator's trunk from a template, and how it connects, live; then the ways out. */
export function OperatorStep() {
  const config = useBox<ConfigView>('/config', 'config').value?.config;
  const [failure, setFailure] = useState<ApiError['error']>();
  const routes = config?.routes.length ?? 0;
  const ways =
    (config?.trunks.length ?? 0) + (config?.ports.filter(({ kind }) => kind === 'fxo').length ?? 0);
  return (
    <Stack>
      <p className="lead">{t('wizard.operator.lead')}</p>
      <Trunks />
      <Failure error={failure} />
      {routes > 0 ? (
        <p className="notice">{t('wizard.operator.routesDone', { n: routes })}</p>
      ) : (
        ways > 0 && (
          <div>
            <p>{t('wizard.operator.routesHelp')}</p>
            <Button
              data-routes
              onClick={() => {
                setFailure(undefined);
                change(firstRoutes).catch((error: unknown) => setFailure(failureOf(error)));
              }}
            >
              {t('wizard.operator.routes')}
            </Button>
          </div>
        )
      )}
    </Stack>
  );
}

const far = ['zone', 'national', 'mobile', 'free'];

/** Far calls over operators first, near ones over city lines first, each the other's second way; nothing abroad. */
function firstRoutes({ config }: ConfigView): ConfigEdit[] {
  const lines = config.ports.flatMap((port) =>
    port.kind === 'fxo' && port.role === 'city-line' ? [port.number] : [],
  );
  const edits: ConfigEdit[] = config.trunks.flatMap(({ id, name }, i): ConfigEdit[] => {
    const route = { name, via: { kind: 'trunk', trunk: id } };
    const near = `${id.slice(0, 26)}-local`;
    return [
      { op: 'put', path: `/routes/${id}`, value: { ...route, id, classes: far, priority: 10 + i } },
      {
        op: 'put',
        path: `/routes/${near}`,
        value: { ...route, id: near, classes: ['local'], priority: 40 + i },
      },
    ];
  });
  if (lines.length > 0) {
    const value = { id: 'city', name: t('wizard.test.lines'), via: { kind: 'line', ports: lines } };
    edits.push(
      { op: 'put', path: '/routes/city', value: { ...value, classes: ['local', 'special'], priority: 30 } },
      {
        op: 'put',
        path: '/routes/city-far',
        value: { ...value, id: 'city-far', classes: far, priority: 60 },
      },
    );
  }
  const [first] = config.classesOfService;
  if (first && edits.length > 0) {
    const allow = [...new Set([...first.allow, 'internal', 'local', 'special', ...far])];
    edits.push({ op: 'put', path: `/classesOfService/${first.id}/allow`, value: allow });
  }
  return edits;
}
