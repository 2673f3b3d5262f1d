{{/* The worker's pod, in a Deployment or in a ScaledJob. */}}

{{/* The resources of k8s/base, and of the components cpu and gpu, unless there are others. */}}
{{- define "sanaq.worker.resources" -}}
{{- $worker := .Values.worker -}}
{{- $device := .Values.model.device -}}
{{- $resources := $worker.resources -}}
{{- if not $resources -}}
{{- $sizes := get (dict "auto" (list "1" "4Gi" "8Gi") "cpu" (list "8" "16Gi" "32Gi") "cuda" (list "2" "12Gi" "24Gi")) $device -}}
{{- $resources = dict "requests" (dict "cpu" (index $sizes 0) "memory" (index $sizes 1)) "limits" (dict "memory" (index $sizes 2)) -}}
{{- end -}}
{{- /* The checkpoint, and /tmp: otherwise a node without that space evicts the pod in its start. */ -}}
{{- $disk := ternary "2Gi" .Values.model.volume.request (ne "" (include "sanaq.worker.modelVolume" .)) -}}
{{- $resources = mergeOverwrite (dict "requests" (dict "ephemeral-storage" $disk)) (deepCopy $resources) -}}
{{- if eq $device "cuda" -}}
{{- $resources = merge (dict "limits" (dict $worker.gpu.resourceName ($worker.gpu.count | toString))) $resources -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end -}}

{{- define "sanaq.worker.threads" -}}
{{- $model := .Values.model -}}
{{- $cpu := dig "requests" "cpu" "" (include "sanaq.worker.resources" . | fromYaml) | toString -}}
{{- if not (kindIs "invalid" $model.threads) -}}
{{- $model.threads -}}
{{- else if and (eq $model.device "cpu") (regexMatch "^[1-9][0-9]*$" $cpu) -}}
{{- $cpu -}}
{{- end -}}
{{- end -}}

{{- define "sanaq.worker.affinity" -}}
{{- $worker := .Values.worker -}}
{{- if $worker.affinity -}}
{{- toYaml $worker.affinity -}}
{{- else if and (eq .Values.model.device "cuda") $worker.gpu.minimumMemory -}}
nodeAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    nodeSelectorTerms:
      - matchExpressions:
          # Set by NVIDIA's GPU feature discovery, in megabytes.
          - key: nvidia.com/gpu.memory
            operator: Gt
            values: [{{ $worker.gpu.minimumMemory | int | quote }}]
{{- end -}}
{{- end -}}

{{/* The volume of the model that is there already; empty: the worker downloads it. */}}
{{- define "sanaq.worker.modelVolume" -}}
{{- $volume := .Values.model.volume -}}
{{- if $volume.existingClaim -}}
persistentVolumeClaim:
  claimName: {{ $volume.existingClaim }}
  readOnly: true
{{- else if $volume.source -}}
{{- toYaml $volume.source -}}
{{- end -}}
{{- end -}}

{{- define "sanaq.worker.pod" -}}
{{- $values := .Values -}}
{{- $worker := .Values.worker -}}
{{- $job := eq $values.keda.mode "ScaledJob" -}}
{{- $gpu := eq $values.model.device "cuda" -}}
{{- $modelVolume := include "sanaq.worker.modelVolume" . -}}
{{- $context := dict "root" . "part" "worker" -}}
metadata:
  {{- include "sanaq.podMetadata" $context | nindent 2 }}
spec:
  {{- if $job }}
  restartPolicy: Never
  {{- end }}
  serviceAccountName: {{ include "sanaq.fullname" . }}-worker
  # For the pod deletion cost, which a Job's pod does not need.
  automountServiceAccountToken: {{ not $job }}
  # Otherwise Kubernetes sets variables such as KAFKA_PORT, which are Kafka settings here.
  enableServiceLinks: false
  # The jobs on the device, and a minute to store and publish them. There is no preStop: no client
  # calls a worker, and until SIGTERM it takes more jobs.
  terminationGracePeriodSeconds: {{ $worker.terminationGracePeriodSeconds | default (add $worker.shutdownTimeoutSeconds 60) }}
  securityContext:
    {{- include "sanaq.podSecurityContext" . | nindent 4 }}
    # Changing the owner of every file of a large model would delay each start.
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  {{- if not $job }}
  topologySpreadConstraints:
    {{- include "sanaq.spread" (merge (dict "key" "topology.kubernetes.io/zone") $context) | nindent 4 }}
  {{- end }}
  {{- with $worker.gpu.runtimeClassName }}
  {{- if $gpu }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- end }}
  {{- with include "sanaq.podSettings" (dict "root" . "priorityClassName" $worker.priorityClassName
    "nodeSelector" (merge dict $worker.nodeSelector (ternary $worker.gpu.nodeSelector dict $gpu))
    "tolerations" (concat (ternary $worker.gpu.tolerations list $gpu) $worker.tolerations)
    "affinity" (include "sanaq.worker.affinity" . | fromYaml)) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - name: sanaq
      {{- $repository := $values.image.worker.repository | default (ternary "sanaq-worker-cuda" "sanaq-worker-cpu" $gpu) }}
      {{- include "sanaq.image" (dict "root" . "repository" $repository "digest" $values.image.worker.digest) | nindent 6 }}
      args: [serve]
      {{- include "sanaq.envFrom" $context | nindent 6 }}
      env:
        - name: SANAQ_GATEWAY_ENABLED
          value: "false"
        {{- if get . "Model" }}
        - name: SANAQ_TOPICS_REQUESTS
          value: {{ $values.kafka.topics.requests.name }}
        - name: SANAQ_WORKER_GROUP
          value: {{ $values.kafka.consumerGroup }}
        {{- end }}
        - name: SANAQ_MODEL_PATH
          value: {{ $values.model.path }}
        {{- if not $modelVolume }}
        - name: SANAQ_MODEL_SOURCE
          value: {{ $values.model.source }}
        {{- end }}
        {{- if ne $values.model.device "auto" }}
        # Not auto: a pod without a GPU must fail instead of running slowly.
        - name: SANAQ_MODEL_DEVICE
          value: {{ $values.model.device }}
        {{- end }}
        {{- if ne $values.model.precision "auto" }}
        - name: SANAQ_MODEL_PRECISION
          value: {{ $values.model.precision }}
        {{- end }}
        {{- with include "sanaq.worker.threads" . }}
        # Otherwise libtorch uses all cores of the node.
        - name: SANAQ_MODEL_THREADS
          value: {{ . | quote }}
        {{- end }}
        - name: SANAQ_WORKER_ID
          valueFrom:
            fieldRef:
              apiVersion: v1
              fieldPath: metadata.name
        {{- if $job }}
        - name: SANAQ_WORKER_IDLE_TIMEOUT
          value: {{ $values.keda.idleTimeout }}
        {{- else }}
        - name: SANAQ_KUBERNETES_POD
          valueFrom:
            fieldRef:
              apiVersion: v1
              fieldPath: metadata.name
        - name: SANAQ_KUBERNETES_NAMESPACE
          valueFrom:
            fieldRef:
              apiVersion: v1
              fieldPath: metadata.namespace
        {{- end }}
        {{- with include "sanaq.storage.env" . }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with include "sanaq.lastEnv" $context | trim }}
        {{- . | nindent 8 }}
        {{- end }}
      ports:
        - name: http
          containerPort: 8080
      # The weights are downloaded and loaded first: 15 GB at 50 MB/s are 5 minutes. After an hour
      # the start has failed, and another node may do better.
      startupProbe:
        httpGet:
          path: /q/health/ready
          port: http
        periodSeconds: 5
        failureThreshold: 720
        timeoutSeconds: 5
      {{- if not $job }}
      # DOWN while S3 or the broker is unavailable. No client calls a worker, but a rollout waits
      # for readiness: a version that cannot work replaces one pod, not all.
      readinessProbe:
        httpGet:
          path: /q/health/ready
          port: http
        periodSeconds: 5
        timeoutSeconds: 5
      {{- end }}
      # DOWN only if a restart helps: inference that hangs for SANAQ_WORKER_STALL_TIMEOUT, or a dead
      # thread. A probe may be slow while all cores are busy, so the timeout is 60 s.
      livenessProbe:
        httpGet:
          path: /q/health/live
          port: http
        periodSeconds: 10
        timeoutSeconds: 10
        failureThreshold: 6
      resources:
        {{- include "sanaq.worker.resources" . | nindent 8 }}
      securityContext:
        {{- include "sanaq.containerSecurityContext" . | nindent 8 }}
      volumeMounts:
        - name: model
          mountPath: {{ dir $values.model.path }}
          {{- if $modelVolume }}
          readOnly: true
          {{- end }}
        {{- include "sanaq.volumeMounts" $context | nindent 8 }}
  volumes:
    - name: model
      {{- if $modelVolume }}
      {{- $modelVolume | nindent 6 }}
      {{- else }}
      emptyDir:
        sizeLimit: {{ $values.model.volume.sizeLimit }}
      {{- end }}
    # DJL unpacks its native libraries into /tmp.
    {{- include "sanaq.volumes" (merge (dict "tmp" "2Gi") $context) | nindent 4 }}
{{- end -}}
