package dev.sanaq.kafka.smallrye;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.Iterator;
import java.util.Map;

/**
 * What a connector asks a container for, without a container: beans by their {@link Identifier}.
 */
public record BeanInstance<T>(Map<String, T> beans) implements Instance<T> {

  public static <T> BeanInstance<T> none() {
    return new BeanInstance<>(Map.of());
  }

  @Override
  public Instance<T> select(Annotation... qualifiers) {
    for (Annotation qualifier : qualifiers) {
      if (qualifier instanceof Identifier identifier && beans.containsKey(identifier.value())) {
        return new BeanInstance<>(Map.of(identifier.value(), beans.get(identifier.value())));
      }
    }
    return none();
  }

  @Override
  public boolean isUnsatisfied() {
    return beans.isEmpty();
  }

  @Override
  public boolean isAmbiguous() {
    return beans.size() > 1;
  }

  @Override
  public T get() {
    return iterator().next();
  }

  @Override
  public Iterator<T> iterator() {
    return beans.values().iterator();
  }

  @Override
  public <U extends T> Instance<U> select(Class<U> subtype, Annotation... qualifiers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <U extends T> Instance<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void destroy(T bean) {}

  @Override
  public Handle<T> getHandle() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<? extends Handle<T>> handles() {
    throw new UnsupportedOperationException();
  }
}
