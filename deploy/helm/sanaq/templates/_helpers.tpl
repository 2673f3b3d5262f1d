{{/* The names of all objects begin with it. */}}
{{- define "sanaq.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The labels of every object. Selectors use app.kubernetes.io/name, which contains the release. */}}
{{- define "sanaq.labels" -}}
app.kubernetes.io/part-of: {{ include "sanaq.fullname" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The metadata of an object: (dict "root" $ "name" "worker" "part" "worker" "labels" dict "annotations" dict). */}}
{{- define "sanaq.metadata" -}}
{{- $full := include "sanaq.fullname" .root -}}
name: {{ if .name }}{{ printf "%s-%s" $full .name }}{{ else }}{{ $full }}{{ end }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- if .part }}
  app.kubernetes.io/name: {{ $full }}-{{ include "sanaq.name" . }}
  {{- end }}
  {{- include "sanaq.labels" .root | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "sanaq.selector" -}}
app.kubernetes.io/name: {{ include "sanaq.fullname" .root }}-{{ include "sanaq.name" . }}
{{- end -}}

{{/* The name of a part; that of the workers of a further model ends with the model's. */}}
{{- define "sanaq.name" -}}
{{ .part }}{{ with get .root "Model" }}-{{ . }}{{ end }}
{{- end -}}

{{/* The metadata of a pod. The checksum starts a rollout when the ConfigMap changes. */}}
{{- define "sanaq.podMetadata" -}}
{{- $part := index .root.Values .part -}}
annotations:
  checksum/config: {{ include "sanaq.config" .root | sha256sum }}
  {{- with merge dict $part.podAnnotations .root.Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
labels:
  {{- include "sanaq.selector" . | nindent 2 }}
  app.kubernetes.io/part-of: {{ include "sanaq.fullname" .root }}
  app.kubernetes.io/instance: {{ .root.Release.Name }}
  {{- with merge dict $part.podLabels .root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "sanaq.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
# The files of mounted secrets belong to root and to this group.
fsGroup: 10001
{{- end -}}

{{- define "sanaq.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "sanaq.spread" -}}
- topologyKey: {{ .key }}
  maxSkew: 1
  # Spread if possible: a node in the same place is better than none.
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "sanaq.selector" . | nindent 6 }}
{{- end -}}

{{/* What a pod has of the values of its part: secrets for images, nodes, priority. */}}
{{- define "sanaq.podSettings" -}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* An image: (dict "root" $ "repository" "..." "digest" "..."). */}}
{{- define "sanaq.image" -}}
{{- $image := .root.Values.image -}}
image: {{ with $image.registry }}{{ . }}/{{ end }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- with $image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- end -}}

{{/* The settings that all parts share and that are not secret. */}}
{{- define "sanaq.config" -}}
{{- $config := dict
  "KAFKA_BOOTSTRAP_SERVERS" (include "sanaq.kafka.bootstrapServers" .)
  "QUARKUS_HTTP_HOST" "0.0.0.0"
  "QUARKUS_LOG_CONSOLE_JSON_ENABLED" "true"
  "SANAQ_STORAGE_BUCKET" .Values.storage.bucket
  "SANAQ_STORAGE_REGION" .Values.storage.region
  "SANAQ_WORKER_SHUTDOWN_TIMEOUT" (include "sanaq.duration" .Values.worker.shutdownTimeoutSeconds) -}}
{{- with .Values.storage.endpoint }}{{ $_ := set $config "SANAQ_STORAGE_ENDPOINT" . }}{{ end -}}
{{- with .Values.storage.publicEndpoint }}{{ $_ := set $config "SANAQ_STORAGE_PUBLIC_ENDPOINT" . }}{{ end -}}
{{- with .Values.storage.prefix }}{{ $_ := set $config "SANAQ_STORAGE_PREFIX" . }}{{ end -}}
{{- if .Values.storage.pathStyle }}{{ $_ := set $config "SANAQ_STORAGE_PATH_STYLE" "true" }}{{ end -}}
{{- if ne .Values.keda.mode "none" }}{{ $_ := set $config "SANAQ_GATEWAY_WORKER_START_TIMEOUT" .Values.keda.workerStartTimeout }}{{ end -}}
{{- if ne .Values.kafka.consumerGroup "sanaq-workers" }}{{ $_ := set $config "SANAQ_WORKER_GROUP" .Values.kafka.consumerGroup }}{{ end -}}
{{- range $topic, $name := dict "requests" "sanaq.requests" "cancellations" "sanaq.cancellations" "events" "sanaq.events" "deadLetters" "sanaq.dead-letters" "webhookDeliveries" "sanaq.webhook-deliveries" -}}
{{- $own := (index $.Values.kafka.topics $topic).name -}}
{{- if ne $own $name }}{{ $_ := set $config (printf "SANAQ_TOPICS_%s" ($topic | snakecase | upper)) $own }}{{ end -}}
{{- end -}}
{{- toYaml (mergeOverwrite $config (include "sanaq.kafka.config" . | fromYaml) .Values.config) -}}
{{- end -}}

{{/* Seconds as an ISO 8601 duration. */}}
{{- define "sanaq.duration" -}}
{{- $seconds := int . -}}
{{- if eq 0 (mod $seconds 60) }}PT{{ div $seconds 60 }}M{{ else }}PT{{ $seconds }}S{{ end -}}
{{- end -}}

{{- define "sanaq.envFrom" -}}
{{- $part := index .root.Values .part -}}
envFrom:
  - configMapRef:
      name: {{ include "sanaq.fullname" .root }}
  {{- if eq .part "gateway" }}
  - secretRef:
      name: {{ .root.Values.gateway.existingSecret }}
  {{- end }}
  {{- with concat .root.Values.extraEnvFrom $part.extraEnvFrom }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Without the secret the AWS SDK's default chain applies, such as a role of the service account. */}}
{{- define "sanaq.storage.env" -}}
{{- with .Values.storage.existingSecret -}}
- name: SANAQ_STORAGE_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: access-key
      optional: true
- name: SANAQ_STORAGE_SECRET_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: secret-key
      optional: true
{{- end -}}
{{- end -}}

{{/* The environment that ends every part's list. */}}
{{- define "sanaq.lastEnv" -}}
{{- include "sanaq.kafka.env" .root }}
{{- with concat .root.Values.extraEnv (index .root.Values .part).extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The probes of gateway and webhooks: they first read topics, so the start depends on their size. */}}
{{- define "sanaq.probes" -}}
startupProbe:
  httpGet:
    path: /q/health/ready
    port: http
  periodSeconds: 2
  failureThreshold: 300
  timeoutSeconds: 5
readinessProbe:
  httpGet:
    path: /q/health/ready
    port: http
  periodSeconds: 5
  timeoutSeconds: 5
livenessProbe:
  httpGet:
    path: /q/health/live
    port: http
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 3
{{- end -}}

{{/* The mounts and volumes that every part has, in addition to its own. */}}
{{- define "sanaq.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- include "sanaq.kafka.volumeMounts" .root }}
{{- with (index .root.Values .part).extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "sanaq.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .tmp }}
{{- include "sanaq.kafka.volumes" .root }}
{{- with (index .root.Values .part).extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "sanaq.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "sanaq.metadata" (dict "root" .root "name" (include "sanaq.name" .) "part" .part) | nindent 2 }}
spec:
  maxUnavailable: {{ .maxUnavailable }}
  # A pod that never became ready has no jobs and must not block a node drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "sanaq.selector" . | nindent 6 }}
{{- end -}}

{{- define "sanaq.ports" -}}
{{- range $i, $port := . }}
{{- if $i }}
{{ end -}}
- port: {{ $port }}
{{- end }}
{{- end -}}
