{{/* How the parts and KEDA reach Kafka: plain, TLS, SASL over TLS, or Strimzi's mutual TLS. */}}

{{- define "sanaq.kafka.bootstrapServers" -}}
{{- if .Values.kafka.strimzi.enabled -}}
{{ .Values.kafka.strimzi.cluster }}-kafka-bootstrap.{{ .Release.Namespace }}.svc:9093
{{- else -}}
{{ tpl .Values.kafka.bootstrapServers . }}
{{- end -}}
{{- end -}}

{{- define "sanaq.kafka.config" -}}
{{- $kafka := .Values.kafka -}}
{{- if and $kafka.strimzi.enabled (or $kafka.sasl.enabled $kafka.tls.enabled) -}}
{{- fail "kafka.strimzi.enabled brings its own TLS user: switch kafka.sasl.enabled and kafka.tls.enabled off" -}}
{{- end -}}
{{- if $kafka.strimzi.enabled -}}
KAFKA_SECURITY_PROTOCOL: SSL
KAFKA_SSL_TRUSTSTORE_LOCATION: /etc/kafka/cluster/ca.p12
KAFKA_SSL_TRUSTSTORE_TYPE: PKCS12
KAFKA_SSL_KEYSTORE_LOCATION: /etc/kafka/user/user.p12
KAFKA_SSL_KEYSTORE_TYPE: PKCS12
{{- else if $kafka.sasl.enabled -}}
KAFKA_SECURITY_PROTOCOL: SASL_SSL
KAFKA_SASL_MECHANISM: {{ $kafka.sasl.mechanism }}
{{- else if $kafka.tls.enabled -}}
KAFKA_SECURITY_PROTOCOL: SSL
{{- end }}
{{- if include "sanaq.kafka.caSecret" . }}
KAFKA_SSL_TRUSTSTORE_LOCATION: /etc/kafka/cluster/ca.crt
KAFKA_SSL_TRUSTSTORE_TYPE: PEM
{{- end }}
{{- end -}}

{{/* The secret with the brokers' authority, where one is named and TLS is used. */}}
{{- define "sanaq.kafka.caSecret" -}}
{{- if or .Values.kafka.sasl.enabled .Values.kafka.tls.enabled }}{{ .Values.kafka.tls.caSecret }}{{ end -}}
{{- end -}}

{{- define "sanaq.kafka.env" -}}
{{- $kafka := .Values.kafka -}}
{{- if $kafka.sasl.enabled }}
- name: KAFKA_SASL_JAAS_CONFIG
  valueFrom:
    secretKeyRef:
      name: {{ $kafka.sasl.existingSecret }}
      key: jaas-config
{{- else if $kafka.strimzi.enabled }}
- name: KAFKA_SSL_TRUSTSTORE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $kafka.strimzi.cluster }}-cluster-ca-cert
      key: ca.password
- name: KAFKA_SSL_KEYSTORE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "sanaq.fullname" . }}
      key: user.password
{{- end }}
{{- end -}}

{{- define "sanaq.kafka.volumeMounts" -}}
{{- if or .Values.kafka.strimzi.enabled (include "sanaq.kafka.caSecret" .) }}
- name: kafka-cluster
  mountPath: /etc/kafka/cluster
  readOnly: true
{{- end }}
{{- if .Values.kafka.strimzi.enabled }}
- name: kafka-user
  mountPath: /etc/kafka/user
  readOnly: true
{{- end }}
{{- end -}}

{{- define "sanaq.kafka.volumes" -}}
{{- if .Values.kafka.strimzi.enabled }}
- name: kafka-cluster
  secret:
    secretName: {{ .Values.kafka.strimzi.cluster }}-cluster-ca-cert
    defaultMode: 288 # 0440
- name: kafka-user
  secret:
    secretName: {{ include "sanaq.fullname" . }}
    defaultMode: 288 # 0440
{{- else }}
{{- with include "sanaq.kafka.caSecret" . }}
- name: kafka-cluster
  secret:
    secretName: {{ . }}
    defaultMode: 288 # 0440
{{- end }}
{{- end }}
{{- end -}}

{{/* KEDA's trigger by the lag. Running jobs are not committed, so they count. */}}
{{- define "sanaq.kafka.trigger" -}}
{{- $kafka := .root.Values.kafka -}}
- type: kafka
  name: lag
  metadata:
    bootstrapServers: {{ include "sanaq.kafka.bootstrapServers" .root }}
    consumerGroup: {{ $kafka.consumerGroup }}
    topic: {{ $kafka.topics.requests.name }}
    lagThreshold: {{ .lag | quote }}
    activationLagThreshold: "0"
    offsetResetPolicy: earliest
    # Else the number ends at one worker for each partition, and hides that the lag grows.
    # maxReplicaCount bounds the pool anyway.
    allowIdleConsumers: "true"
    # The offset does not move while a job runs: that is not a stuck partition.
    excludePersistentLag: "false"
    {{- if $kafka.sasl.enabled }}
    sasl: {{ get (dict "SCRAM-SHA-512" "scram_sha512" "SCRAM-SHA-256" "scram_sha256" "PLAIN" "plaintext") $kafka.sasl.mechanism }}
    {{- end }}
    {{- if or $kafka.sasl.enabled $kafka.tls.enabled $kafka.strimzi.enabled }}
    tls: enable
    {{- end }}
  {{- if include "sanaq.kafka.authentication" .root }}
  authenticationRef:
    name: {{ include "sanaq.fullname" .root }}-kafka
  {{- end }}
{{- end -}}

{{/* The secrets that KEDA's trigger uses. */}}
{{- define "sanaq.kafka.authentication" -}}
{{- $kafka := .Values.kafka -}}
{{- if $kafka.strimzi.enabled -}}
- parameter: ca
  name: {{ $kafka.strimzi.cluster }}-cluster-ca-cert
  key: ca.crt
- parameter: cert
  name: {{ include "sanaq.fullname" . }}
  key: user.crt
- parameter: key
  name: {{ include "sanaq.fullname" . }}
  key: user.key
{{- else }}
{{- if $kafka.sasl.enabled }}
- parameter: username
  name: {{ $kafka.sasl.existingSecret }}
  key: username
- parameter: password
  name: {{ $kafka.sasl.existingSecret }}
  key: password
{{- end }}
{{- with include "sanaq.kafka.caSecret" . }}
- parameter: ca
  name: {{ . }}
  key: ca.crt
{{- end }}
{{- end }}
{{- end -}}
