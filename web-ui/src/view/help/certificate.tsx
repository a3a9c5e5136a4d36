import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, CertificateView } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { language, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { isAdmin } from '../../session.ts';
import { Card, Fact, Failure, Sheet } from '../../ui/parts.tsx';
import { Term } from '../../ui/term.tsx';

const systems = ['windows', 'macos', 'ios', 'android', 'linux', 'firefox'] as const;

/** How the page is protected: its certificate, the box's own authority, and one's own certificate in place of the box's. */
export function CertificateCard() {
  const { value, failure, reload } = useBox<CertificateView>('/certificate');
  const [opened, setOpened] = useState(false);
  const [refused, setRefused] = useState<ApiError['error']>();
  const spoken = language.use();
  const day = (at: number): string => new Date(at).toLocaleDateString(spoken, { dateStyle: 'long' });
  const restore = async (): Promise<void> => {
    try {
      await api('/certificate', { method: 'DELETE' });
      setRefused(undefined);
    } catch (error) {
      setRefused(failureOf(error));
    }
    reload();
  };
  const secure = value?.port === undefined ? undefined : `https://${location.hostname}:${value.port}/`;
  return (
    <Card title={t('certificate.title')}>
      <Failure error={refused ?? failure} />
      {value && (
        <div className="help-stack">
          <p>
            {secure === undefined ? (
              t('certificate.off')
            ) : location.protocol === 'https:' ? (
              t('certificate.here')
            ) : (
              <>
                {t('certificate.elsewhere')} <a href={secure}>{secure}</a>
              </>
            )}
          </p>
          <dl className="facts">
            <Fact name={t('certificate.kind')}>{t(`certificate.${value.kind}`)}</Fact>
            <Fact name={t('certificate.until')}>{day(value.notAfter)}</Fact>
            <Fact name={t('certificate.names')}>{value.names.join(', ')}</Fact>
          </dl>
          <p className="dim">
            <Term id="fingerprint" /> (SHA-256)
          </p>
          <p className="fingerprint" data-fingerprint>
            {value.fingerprint}
          </p>
          {value.kind === 'box' && (
            <>
              <p className="dim">
                <Term id="authority" /> — {t('certificate.compare')}
              </p>
              <p className="fingerprint">{value.authority.fingerprint}</p>
              <div className="help-row">
                <Button component="a" href={value.authority.file} download variant="default">
                  {t('certificate.take')}
                </Button>
              </div>
              <details>
                <summary>{t('certificate.how')}</summary>
                <dl className="facts">
                  {systems.map((system) => (
                    <Fact key={system} name={t(`certificate.on.${system}`)}>
                      {t(`certificate.do.${system}`)}
                    </Fact>
                  ))}
                </dl>
              </details>
            </>
          )}
          {isAdmin() && (
            <div className="help-row">
              <Button variant="default" onClick={() => setOpened(true)}>
                {t('certificate.upload')}
              </Button>
              {value.kind === 'own' && (
                <Button variant="default" onClick={() => void restore()}>
                  {t('certificate.restore')}
                </Button>
              )}
            </div>
          )}
        </div>
      )}
      {opened && (
        <UploadSheet
          onClose={(changed) => {
            setOpened(false);
            if (changed) reload();
          }}
        />
      )}
    </Card>
  );
}

function UploadSheet({ onClose }: { onClose(changed: boolean): void }) {
  const [certificate, setCertificate] = useState('');
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const send = async (): Promise<void> => {
    setBusy(true);
    try {
      await api('/certificate', { method: 'PUT', body: { certificate, key } });
      onClose(true);
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };
  return (
    <Sheet title={t('certificate.upload')} onClose={() => onClose(false)}>
      <p className="dim">{t('certificate.uploadHelp')}</p>
      <Textarea
        label={t('certificate.pem')}
        placeholder="-----BEGIN CERTIFICATE-----"
        rows={6}
        value={certificate}
        onChange={(event) => setCertificate(event.currentTarget.value)}
        spellCheck={false}
      />
      <Textarea
        label={t('certificate.key')}
        placeholder="-----BEGIN PRIVATE KEY-----"
        rows={5}
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        spellCheck={false}
        autoComplete="off"
      />
      <Failure error={failure} />
      <div className="help-row">
        <Button onClick={() => void send()} loading={busy} disabled={certificate === '' || key === ''}>
          {t('certificate.use')}
        </Button>
      </div>
    </Sheet>
  );
}
