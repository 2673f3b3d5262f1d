/** The control plane: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, clients. */
@NullMarked
package dev.sanaq.cluster.control;

import org.jspecify.annotations.NullMarked;
