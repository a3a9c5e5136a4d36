import { Accordion, Anchor, Badge, Code, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Card, Failure, PlaceHead } from '../../ui/parts.tsx';
import { type ApiDocument, type Described, methodsOf } from './document.ts';
import { SchemaView } from './schema-view.tsx';
import { TryIt } from './try-it.tsx';

/** The API as the box describes it: every request with what it takes and gives, and a way to try it. */
export function ApiDocsPlace() {
  const asked = useBox<ApiDocument>('/openapi.json');
  const [filter, setFilter] = useState('');
  const document = asked.value;
  const wanted = filter.trim().toLowerCase();
  const found = (document ? methodsOf(document) : []).filter(({ method, path, described }) =>
    `${method} ${path} ${described.summary} ${described['x-scope'] ?? ''}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <PlaceHead title={t('apiDocs.title')} lead={t('apiDocs.lead')} />
      <Card
        title={document ? `${document.info.title} ${document.info.version}` : t('apiDocs.title')}
        aside={<Anchor href="/api/v1/openapi.json">{t('apiDocs.raw')}</Anchor>}
      >
        <Failure error={asked.failure} />
        {!document && !asked.failure && <p className="waiting">{t('loading')}</p>}
        {document && (
          <Stack>
            <Text lang="en">{document.info.description}</Text>
            <TextInput
              id="api-filter"
              type="search"
              label={t('apiDocs.filter')}
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
            />
            {found.length === 0 && <p role="status">{t('apiDocs.none')}</p>}
            {document.tags.map(({ name }) => {
              const own = found.filter(({ described }) => described.tags[0] === name);
              if (own.length === 0) return null;
              return (
                <section key={name} lang="en">
                  <Title order={3} size="h4">
                    {name}
                  </Title>
                  <Accordion variant="separated" mt="xs" order={4}>
                    {own.map((one) => (
                      <Accordion.Item key={one.described.operationId} value={one.described.operationId}>
                        <Accordion.Control data-operation={`${one.method} ${one.path}`}>
                          <Group gap="xs" wrap="wrap">
                            <Badge variant="default" radius="sm">
                              {one.method}
                            </Badge>
                            <Code style={{ overflowWrap: 'anywhere' }}>{one.path}</Code>
                            <Text size="sm">{one.described.summary}</Text>
                          </Group>
                        </Accordion.Control>
                        <Accordion.Panel>
                          <OneOperation document={document} {...one} />
                        </Accordion.Panel>
                      </Accordion.Item>
                    ))}
                  </Accordion>
                </section>
              );
            })}
          </Stack>
        )}
      </Card>
    </>
  );
}

interface OperationProps {
  document: ApiDocument;
  method: string;
  path: string;
  described: Described;
}

function OneOperation({ document, method, path, described }: OperationProps) {
  const { description, parameters = [], requestBody, responses } = described;
  const scope = described['x-scope'];
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return (
    <Stack gap="sm">
      {description && <Text size="sm">{description}</Text>}
      <Text size="sm" lang={document ? undefined : 'en'}>
        {scope ? (
          <>
            {t('apiDocs.scope')} <Code>{scope}</Code>
          </>
        ) : (
          t('apiDocs.people')
        )}
        {described['x-roles'] && ` · ${described['x-roles'].join(', ')}`}
      </Text>
      {parameters.length > 0 && (
        <div>
          <strong>{t('apiDocs.parameters')}</strong>
          <ul>
            {parameters.map((one) => (
              <li key={`${one.in} ${one.name}`}>
                <Code>{one.name}</Code> <span className="dim">{one.in}</span> {one.description}
              </li>
            ))}
          </ul>
        </div>
      )}
      {requestBody &&
        Object.entries(requestBody.content).map(([type, { schema }]) => (
          <div key={type}>
            <strong>{t('apiDocs.body')}</strong> <Code>{type}</Code>
            <SchemaView schema={schema} document={document} />
          </div>
        ))}
      {good.flatMap(([status, { content = {} }]) =>
        Object.entries(content).map(([type, { schema }]) => (
          <div key={`${status} ${type}`}>
            <strong>
              {t('apiDocs.answer')} {status}
            </strong>{' '}
            <Code>{type}</Code>
            <SchemaView schema={schema} document={document} />
          </div>
        )),
      )}
      <TryIt method={method} path={path} described={described} />
    </Stack>
  );
}
